package dev.holdfast.channels.log;

/**
 * Most bytes that a node keeps for readers and peers; 0 takes a part of the heap (the JVM's most).
 *
 * @param rings newest frames of all channels, for readers that are just behind; default 1/8
 * @param hints to all peers and not yet written; default 1/8
 * @param hintsPerPeer default 8 MiB
 * @param held hints that wait for those before them; default 1/32
 * @param reads chunks of logs that are being read; default 1/16
 * @param openings first chunks of channels that are being opened; default 1/16
 * @param pages of history and for consumers, that are being read; default 1/32
 */
public record MemoryConfig(
    long rings, long hints, long hintsPerPeer, long held, long reads, long openings, long pages) {
  public static final MemoryConfig DEFAULT = new MemoryConfig(0, 0, 0, 0, 0, 0, 0);

  public MemoryConfig {
    check(rings, "rings");
    check(hints, "hints");
    check(hintsPerPeer, "hintsPerPeer");
    check(held, "held");
    check(reads, "reads");
    check(openings, "openings");
    check(pages, "pages");
    hintsPerPeer = hintsPerPeer == 0 ? 8 << 20 : hintsPerPeer;
  }

  private static void check(long bytes, String name) {
    if (bytes < 0) {
      throw new IllegalArgumentException("channels.memory." + name + ": bytes, not negative");
    }
  }
}
