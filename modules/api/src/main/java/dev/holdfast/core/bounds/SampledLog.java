package dev.holdfast.core.bounds;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/**
 * Logs what may happen very often: one line per reason and time, with how many there were that it
 * passed over. Safe on any thread.
 */
public final class SampledLog {
  /** The most reasons; others share one. */
  private static final int MOST_REASONS = 100;

  private static final int LONGEST = 300;

  private final Logger log;
  private final long between;
  private final Map<String, Sample> samples = new ConcurrentHashMap<>();

  private static final class Sample {
    private long logged;
    private long passedOver;
    private boolean any;
  }

  public SampledLog(Logger log, Duration between) {
    this.log = log;
    this.between = between.toNanos();
  }

  /**
   * @param reason one of a few
   * @param message of this one, without secrets; what breaks lines is taken out
   */
  public void info(String reason, String message) {
    boolean known = samples.containsKey(reason) || samples.size() < MOST_REASONS;
    Sample sample = samples.computeIfAbsent(known ? reason : "other", first -> new Sample());
    long passedOver;
    synchronized (sample) {
      long now = System.nanoTime();
      if (sample.any && now - sample.logged < between) {
        sample.passedOver++;
        return;
      }
      passedOver = sample.passedOver;
      sample.any = true;
      sample.logged = now;
      sample.passedOver = 0;
    }
    String since = passedOver == 0 ? "" : " (" + passedOver + " more of these since the last line)";
    log.info("{}{}", shown(message), since);
  }

  private static String shown(String message) {
    String start = message.substring(0, Math.min(LONGEST, message.length()));
    return start.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
  }
}
