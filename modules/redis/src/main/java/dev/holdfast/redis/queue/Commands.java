package dev.holdfast.redis.queue;

import io.vertx.redis.client.Command;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The commands that a shared link carries, and the keys that they are for. */
public final class Commands {
  private static final Set<String> REFUSED =
      Set.of(
          "SUBSCRIBE",
          "PSUBSCRIBE",
          "SSUBSCRIBE",
          "MONITOR",
          "SELECT",
          "AUTH",
          "HELLO",
          "RESET",
          "QUIT",
          "MULTI",
          "EXEC",
          "WATCH",
          "BLPOP",
          "BRPOP",
          "BLMOVE",
          "BLMPOP",
          "BZPOPMIN",
          "BZPOPMAX",
          "WAIT",
          "WAITAOF");

  private static final Set<String> KEYLESS =
      Set.of("TIME", "INFO", "PING", "CONFIG", "SCAN", "KEYS", "SCRIPT", "ACL", "REPLICAOF");

  /** The places of the first keys of those that don't begin with one. */
  private static final Map<String, Integer> PLACES = Map.of("MEMORY", 1, "EVAL", 2);

  private static final Map<String, Command> KNOWN = new ConcurrentHashMap<>();

  private Commands() {}

  /**
   * @throws IllegalArgumentException for a command that a shared link can't carry
   */
  public static Command of(String name) {
    return KNOWN.computeIfAbsent(name, Commands::checked);
  }

  private static Command checked(String name) {
    if (REFUSED.contains(name.toUpperCase(Locale.ROOT))) {
      throw new IllegalArgumentException("not on a shared link: " + name);
    }
    return Command.create(name.toLowerCase(Locale.ROOT));
  }

  /** Returns the first key of a command; none: it has none. */
  public static @Nullable String key(String name, Object... args) {
    int place = PLACES.getOrDefault(name, 0);
    return KEYLESS.contains(name) || args.length <= place ? null : String.valueOf(args[place]);
  }
}
