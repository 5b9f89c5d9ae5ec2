package dev.holdfast.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holes by which whoever may run a script takes over the server's process, by the version that a
 * server names. What a distribution mended without a new number can't be seen from it.
 */
final class KnownHoles {
  /**
   * One hole: for each line of versions that was mended, the first patch without it. A line that is
   * not named was not mended where it is older than the newest named one, and never had it where it
   * is newer.
   */
  private record Hole(String name, Map<String, Integer> redis, Map<String, Integer> valkey) {
    boolean isIn(RedisVersion version, boolean ofValkey) {
      Map<String, Integer> mended = ofValkey ? valkey : redis;
      Integer patch = mended.get(version.major() + "." + version.minor());
      return patch == null
          ? mended.keySet().stream().map(RedisVersion::of).anyMatch(line -> isAfter(line, version))
          : version.patch() < patch;
    }

    private static boolean isAfter(RedisVersion line, RedisVersion version) {
      return line.major() > version.major()
          || line.major() == version.major() && line.minor() > version.minor();
    }
  }

  private static final List<Hole> ALL =
      List.of(
          new Hole(
              "CVE-2024-46981", Map.of("6.2", 17, "7.2", 7, "7.4", 2), Map.of("7.2", 8, "8.0", 2)),
          new Hole(
              "CVE-2025-49844",
              Map.of("6.2", 20, "7.2", 11, "7.4", 6, "8.0", 4, "8.2", 2),
              Map.of("7.2", 11, "8.0", 6, "8.1", 4)));

  private KnownHoles() {}

  /**
   * The names of those that it has.
   *
   * @param said by the binary, asked for its version
   */
  static List<String> in(String said) {
    RedisVersion version = RedisVersion.of(said);
    boolean valkey = said.startsWith("Valkey");
    List<String> names = new ArrayList<>();
    for (Hole hole : ALL) {
      if (hole.isIn(version, valkey)) {
        names.add(hole.name());
      }
    }
    return names;
  }
}
