package dev.holdfast.channels.log;

import java.time.Duration;

/**
 * Limits what a log keeps. The oldest entries beyond any of the three limits are removed, a few
 * with each append.
 *
 * @param entries 1 to 1,000,000; default 10,000
 * @param bytes 1 KiB to 1 GiB; default 16 MiB
 * @param age 1 s to 6 days (below the life of a log's meta, so that a gap can be reported), of
 *     {@code system:audit} to 400 days; default 24 h
 */
public record Retention(int entries, long bytes, Duration age) {
  private static final Duration AGE = Duration.ofHours(24);

  public static final Retention DEFAULT = new Retention(0, 0, AGE);

  /**
   * Default of {@code system:} channels. A node that dies with 10,000 sessions writes 20,000
   * entries into their tenant's {@code system:sessions} within seconds.
   */
  public static final Retention SYSTEM = new Retention(1_000_000, 256L << 20, AGE);

  /**
   * Default of {@code run:} channels. There may be thousands of them at a time; what they have let
   * go is in the snapshot of the run, which is written at least each 1,024 entries and 8 MiB.
   */
  public static final Retention RUN = new Retention(2_000, 0, AGE);

  /** Default of {@code system:audit}: some hundred thousand entries. */
  public static final Retention AUDIT = new Retention(1_000_000, 64L << 20, Duration.ofDays(90));

  private static final Duration SHORT_LIFE = Duration.ofDays(6);

  /** Takes the default for settings that are left out, which are null or 0 here. */
  public Retention {
    entries = entries == 0 ? 10_000 : entries;
    bytes = bytes == 0 ? 16L << 20 : bytes;
    age = age == null ? AGE : age;
    check(entries >= 1 && entries <= 1_000_000, "entries: 1 to 1000000");
    check(bytes >= 1 << 10 && bytes <= 1 << 30, "bytes: 1024 to 1073741824");
    check(
        age.compareTo(Duration.ofSeconds(1)) >= 0 && age.compareTo(Duration.ofDays(400)) <= 0,
        "age: 1s to 6d, of system:audit to 400d");
  }

  /** Returns whether it fits any log; if not, only one whose meta lives for longer. */
  boolean isShort() {
    return age.compareTo(SHORT_LIFE) <= 0;
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("retention." + problem);
    }
  }
}
