package dev.holdfast.testkit.machine;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waiting for a condition, never for a time: 30 s at most, asked every 10 ms. */
public final class Waits {
  static final Duration LIMIT = Duration.ofSeconds(30);

  private Waits() {}

  public static void until(String what, Callable<Boolean> condition) {
    until(what, LIMIT, condition);
  }

  public static void until(String what, Duration limit, Callable<Boolean> condition) {
    until(what, limit, Duration.ofMillis(10), condition);
  }

  /** Asks at this interval, for a question that costs the one who is asked much. */
  public static void until(
      String what, Duration limit, Duration interval, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(limit)
        .pollDelay(Duration.ZERO)
        .pollInterval(interval)
        .until(condition);
  }
}
