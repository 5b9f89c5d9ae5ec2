package dev.holdfast.loadtest.plan;

import java.util.List;
import java.util.Map;

/**
 * All that was published, known at the end, by {@code <tenant>/<channel>}.
 *
 * @param channels how each ended
 */
public record Totals(Map<String, Channel> channels) {
  /**
   * @param published the last number
   * @param unanswered numbers that failed or were given up: a reader may have them or not
   */
  public record Channel(long published, List<Long> unanswered) {}

  public static String key(String tenant, String channel) {
    return tenant + "/" + channel;
  }
}
