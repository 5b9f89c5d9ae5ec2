package dev.holdfast.redis.server;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server's description of itself by INFO, as far as a link needs it. Redis 6.2 to 8 and Valkey
 * use these names.
 *
 * @param runId of the process; changes with each start
 * @param replid of the history that its data follow ({@code master_replid}). It changes with each
 *     start, each promotion, the first replica, and an hour without one. A replica has its
 *     primary's
 * @param clustered whether it is in cluster mode, perhaps alone: it refuses commands on keys of
 *     several slots
 */
public record ServerInfo(
    String runId,
    String replid,
    String version,
    String role,
    boolean loading,
    boolean clustered,
    String evictionPolicy) {
  private static final int TOKEN_PART = 20;
  private static final Pattern LINE = Pattern.compile("(?m)^([a-z_0-9]+):(.*?)\r?$");

  /** Reads the answer of INFO; what it does not have is an empty text. */
  public static ServerInfo parse(String info) {
    Map<String, String> values = new HashMap<>();
    Matcher line = LINE.matcher(info);
    while (line.find()) {
      values.put(line.group(1), line.group(2));
    }
    return new ServerInfo(
        values.getOrDefault("run_id", ""),
        values.getOrDefault("master_replid", ""),
        values.getOrDefault("redis_version", ""),
        values.getOrDefault("role", ""),
        "1".equals(values.get("loading")),
        "1".equals(values.get("cluster_enabled")),
        values.getOrDefault("maxmemory_policy", ""));
  }

  /** Returns the reason why this server can't be used now; none: it can. */
  public @Nullable String problem() {
    if (runId.length() < TOKEN_PART || replid.length() < TOKEN_PART) {
      return "the server does not report its run_id and master_replid";
    }
    if (!ServerVersion.of(version).isSupported()) {
      return "version " + version + " is too old, " + ServerVersion.OLDEST + " is needed";
    }
    if (loading) {
      return "the server is loading its data";
    }
    return roleProblem();
  }

  private @Nullable String roleProblem() {
    String named = "slave".equals(role) ? "replica" : role;
    return "master".equals(role) ? null : "the server is a " + named + ", not a primary";
  }

  /**
   * Returns the name of the server's present data: 20 hex digits of the run id, a dash, 20 of the
   * replication id. The run id alone would come back if a server is demoted, takes over older data,
   * and is promoted again.
   */
  public String epochToken() {
    return runId.substring(0, TOKEN_PART) + "-" + replid.substring(0, TOKEN_PART);
  }

  /**
   * Returns the reason why a connection has to end, judged by what the server says later ({@code
   * INFO replication} is enough); none: it may go on.
   */
  public @Nullable String change(ServerInfo later) {
    String problem = later.roleProblem();
    if (problem == null && !later.replid.equals(replid)) {
      problem = "the server's replication id changed, it may have other data";
    }
    return problem;
  }
}
