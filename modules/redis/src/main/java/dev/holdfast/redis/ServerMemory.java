package dev.holdfast.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's memory by {@code INFO memory}, in bytes.
 *
 * @param used what counts against {@code most}: without the buffers of replicas and of the
 *     append-only file
 * @param most {@code maxmemory}; 0 where there is none
 */
record ServerMemory(long used, long most) {
  static final ServerMemory UNKNOWN = new ServerMemory(0, 0);

  private static final int WHOLE = 100;
  private static final Pattern USED = Pattern.compile("(?m)^used_memory:(\\d+)");
  private static final Pattern UNCOUNTED = Pattern.compile("(?m)^mem_not_counted_for_evict:(\\d+)");
  private static final Pattern MOST = Pattern.compile("(?m)^maxmemory:(\\d+)");

  static ServerMemory parse(String info) {
    long used = Math.max(0, number(USED, info) - number(UNCOUNTED, info));
    return new ServerMemory(used, number(MOST, info));
  }

  private static long number(Pattern pattern, String info) {
    Matcher found = pattern.matcher(info);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  /** Returns whether less than this share of the memory is left; never where there is no limit. */
  boolean hasLessThan(double percent) {
    return most > 0 && (double) (most - used) * WHOLE < most * percent;
  }

  int usedPercent() {
    return most == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, Math.round(100.0 * used / most));
  }
}
