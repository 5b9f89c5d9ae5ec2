package dev.holdfast.redis.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's memory by {@code INFO memory}, in bytes.
 *
 * @param used the part that counts against {@code most}: without the buffers of replicas and of the
 *     append-only file
 * @param most {@code maxmemory}; 0 if there is none
 */
public record ServerMemory(long used, long most) {
  public static final ServerMemory UNKNOWN = new ServerMemory(0, 0);

  private static final int WHOLE = 100;
  private static final Pattern USED = Pattern.compile("(?m)^used_memory:(\\d+)");
  private static final Pattern UNCOUNTED = Pattern.compile("(?m)^mem_not_counted_for_evict:(\\d+)");
  private static final Pattern MOST = Pattern.compile("(?m)^maxmemory:(\\d+)");

  /** Reads the answer of {@code INFO memory}. */
  public static ServerMemory parse(String info) {
    long used = Math.max(0, number(USED, info) - number(UNCOUNTED, info));
    return new ServerMemory(used, number(MOST, info));
  }

  private static long number(Pattern pattern, String info) {
    Matcher found = pattern.matcher(info);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  /** Returns whether less than this share of the memory is left; false if there is no limit. */
  public boolean hasLessThan(double percent) {
    return most > 0 && (double) (most - used) * WHOLE < most * percent;
  }

  /** Returns the part that is used, of 100; 0 if there is no limit. */
  public int usedPercent() {
    return most == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, Math.round(100.0 * used / most));
  }
}
