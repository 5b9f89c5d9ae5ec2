package dev.holdfast.loadtest.run.workers;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The coordinator's clock: it goes on evenly, whatever is done to the machine's. */
public final class Clock {
  private static final long BASE_MICROS =
      ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) - System.nanoTime() / 1_000;

  private Clock() {}

  /** µs since 1970. */
  public static long micros() {
    return BASE_MICROS + System.nanoTime() / 1_000;
  }
}
