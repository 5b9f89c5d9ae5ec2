package dev.holdfast.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server says of itself by INFO, as far as a link wants to know. */
record ServerInfo(
    String runId, String version, String role, boolean loading, String evictionPolicy) {
  private static final Pattern LINE = Pattern.compile("(?m)^([a-z_0-9]+):(.*?)\r?$");

  static ServerInfo parse(String info) {
    Map<String, String> values = new HashMap<>();
    Matcher line = LINE.matcher(info);
    while (line.find()) {
      values.put(line.group(1), line.group(2));
    }
    return new ServerInfo(
        values.getOrDefault("run_id", ""),
        values.getOrDefault("redis_version", ""),
        values.getOrDefault("role", ""),
        "1".equals(values.get("loading")),
        values.getOrDefault("maxmemory_policy", ""));
  }

  /** Why this server can't be used now; null where it can. */
  String problem() {
    if (runId.isEmpty()) {
      return "the server does not tell its run_id";
    }
    if (!RedisVersion.of(version).isSupported()) {
      return "version " + version + " is too old, " + RedisVersion.OLDEST + " is needed";
    }
    if (loading) {
      return "the server is loading its data";
    }
    return "master".equals(role) ? null : "the server is a " + role + ", not a primary";
  }
}
