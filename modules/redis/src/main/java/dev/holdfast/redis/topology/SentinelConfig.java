package dev.holdfast.redis.topology;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sentinels that name the master of a Redis. User, password, database and TLS of Redis itself
 * are those of its uri.
 *
 * @param addresses of the sentinels, 1 to 32, better all of them; the port is 26379 if none is
 *     given
 * @param master the name under which the sentinels watch it
 * @param user of the sentinels, if they have users
 * @param secret password of the sentinels, if they have one
 * @param tls whether the sentinels use TLS; their certificates are checked against the JVM's trust
 *     store
 */
public record SentinelConfig(
    List<ServerAddress> addresses,
    String master,
    @Nullable String user,
    @Nullable String secret,
    boolean tls) {
  private static final int MOST = 32;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  public SentinelConfig {
    var problems = new ArrayList<String>();
    // Settings that were left out come as null.
    if (addresses == null || addresses.isEmpty() || addresses.size() > MOST) {
      problems.add("addresses: needed, 1 to " + MOST + ", as host:port of each sentinel");
    } else if (new HashSet<>(addresses).size() < addresses.size()) {
      problems.add("addresses: each sentinel once");
    }
    if (master == null || !NAME.matcher(master).matches()) {
      problems.add("master: needed, the name under which the sentinels watch the Redis");
    }
    if (user != null && secret == null) {
      problems.add("secret: needed with user");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    addresses = List.copyOf(addresses);
  }

  public static SentinelConfig of(String master, List<ServerAddress> addresses) {
    return new SentinelConfig(addresses, master, null, null, false);
  }

  /** Returns the same for sentinels that ask for a password. */
  public SentinelConfig withCredentials(@Nullable String as, String password) {
    return new SentinelConfig(addresses, master, as, password, tls);
  }

  /** The driver's address of one of them, with the password: not for logs. */
  String uri(ServerAddress sentinel) {
    String known = secret == null ? "" : encoded(user == null ? "" : user) + ":" + encoded(secret);
    return (tls ? "rediss://" : "redis://") + (known.isEmpty() ? "" : known + "@") + sentinel;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Returns the name of the master, and by whom it is named, for logs and messages. */
  public String description() {
    return "master " + master + ", by sentinels " + addresses;
  }

  @Override
  public String toString() {
    String known = secret == null ? "" : ", user=" + user + ", secret=***";
    return "SentinelConfig[addresses=%s, master=%s%s, tls=%s]"
        .formatted(addresses, master, known, tls);
  }
}
