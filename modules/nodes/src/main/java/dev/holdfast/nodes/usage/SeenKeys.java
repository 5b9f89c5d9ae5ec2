package dev.holdfast.nodes.usage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Remembers the newest keys of a walk, 128 Ki at least, in 4 MiB at most. SCAN gives a key again if
 * Redis makes its table smaller meanwhile, and then soon: what it begins anew is the bucket at
 * which it stands.
 */
final class SeenKeys {
  private static final int SMALLEST = 1 << 10;
  private static final int LARGEST = 1 << 18;

  private final MessageDigest digest;
  private final int largest;
  private long[] newer;
  private long[] older = new long[0];
  private int size;
  private long repeated;

  SeenKeys() {
    this(LARGEST);
  }

  /**
   * @param largest places of a table, a power of two; as many keys as half of them are remembered
   */
  SeenKeys(int largest) {
    this.largest = largest;
    this.newer = new long[Math.min(SMALLEST, largest)];
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns whether it is new. */
  boolean add(String key) {
    long hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8))).getLong();
    long mark = hash == 0 ? 1 : hash; // 0 is an empty place
    int place = place(newer, mark);
    if (newer[place] == mark || older.length > 0 && older[place(older, mark)] == mark) {
      repeated++;
      return false;
    }
    newer[place] = mark;
    size++;
    if (2 * size >= newer.length) {
      makeRoom();
    }
    return true;
  }

  /** Returns how often one was met again. */
  long repeated() {
    return repeated;
  }

  private void makeRoom() {
    long[] full = newer;
    if (full.length == largest) {
      older = full;
      newer = new long[largest];
      size = 0;
      return;
    }
    newer = new long[2 * full.length];
    for (long mark : full) {
      if (mark != 0) {
        newer[place(newer, mark)] = mark;
      }
    }
  }

  /** Returns where it is, or would be. */
  private static int place(long[] table, long mark) {
    int at = (int) mark & table.length - 1;
    while (table[at] != 0 && table[at] != mark) {
      at = at + 1 & table.length - 1;
    }
    return at;
  }
}
