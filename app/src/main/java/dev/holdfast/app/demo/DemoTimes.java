package dev.holdfast.app.demo;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How often and how fast sessions came back. Confined to one event loop. */
final class DemoTimes {
  private final Histogram millis = new Histogram(3);
  private long interruptions;
  private long resumed;
  private long restarted;

  void interrupted() {
    interruptions++;
  }

  /**
   * @param same whether it is the session that it was
   */
  void resumed(boolean same, long nanos) {
    resumed += same ? 1 : 0;
    restarted += same ? 0 : 1;
    millis.recordValue(TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  long interruptions() {
    return interruptions;
  }

  long resumed() {
    return resumed;
  }

  long restarted() {
    return restarted;
  }

  /** p50, p99, max in ms. */
  long[] resumeMillis() {
    return new long[] {
      millis.getValueAtPercentile(50), millis.getValueAtPercentile(99), millis.getMaxValue()
    };
  }
}
