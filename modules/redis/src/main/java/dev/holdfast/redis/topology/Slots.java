package dev.holdfast.redis.topology;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * A set of a cluster's slots: those that a shard serves, or lost, or got. Without a cluster there
 * is one shard, which serves {@link #ALL}. Immutable.
 */
public final class Slots {
  /** Number of slots of every cluster. */
  public static final int COUNT = 16_384;

  public static final Slots ALL = new Slots(all());

  public static final Slots NONE = new Slots(new BitSet());

  private static final int POLYNOMIAL = 0x1021;
  private static final int[] CRC16 = new int[256];

  static {
    for (int i = 0; i < CRC16.length; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
      }
      CRC16[i] = crc & 0xffff;
    }
  }

  private final BitSet slots;

  /** Copies the set. */
  Slots(BitSet slots) {
    this.slots = (BitSet) slots.clone();
  }

  private static BitSet all() {
    var all = new BitSet(COUNT);
    all.set(0, COUNT);
    return all;
  }

  /**
   * Returns the slot of a key: CRC-16/XMODEM of its hash tag, which is what stands between the
   * first brace and the next closing one; of all of the key if there is nothing between them.
   */
  public static int of(String key) {
    int begin = key.indexOf('{') + 1;
    int end = begin == 0 ? -1 : key.indexOf('}', begin);
    boolean tagged = end > begin;
    int crc = 0;
    String part = tagged ? key.substring(begin, end) : key;
    for (byte next : part.getBytes(StandardCharsets.UTF_8)) {
      crc = (crc << 8 ^ CRC16[(crc >> 8 ^ next) & 0xff]) & 0xffff;
    }
    return crc % COUNT;
  }

  /** Returns whether a key is in one of these slots. */
  public boolean has(String key) {
    return this == ALL || slots.get(of(key));
  }

  boolean contains(int slot) {
    return slots.get(slot);
  }

  int size() {
    return slots.cardinality();
  }

  public boolean isEmpty() {
    return slots.isEmpty();
  }

  /** Returns them as Redis writes them: {@code 0-5460 5462}. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int from = slots.nextSetBit(0); from >= 0; ) {
      int to = slots.nextClearBit(from) - 1;
      text.append(text.isEmpty() ? "" : " ").append(from).append(to == from ? "" : "-" + to);
      from = slots.nextSetBit(to + 1);
    }
    return text.toString();
  }
}
