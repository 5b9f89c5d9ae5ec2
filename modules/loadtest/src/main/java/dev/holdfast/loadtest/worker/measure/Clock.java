package dev.holdfast.loadtest.worker.measure;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The coordinator's clock, as this process sees it: µs since 1970, steady (a step of the machine's
 * clock does not move it). Any thread.
 */
public final class Clock {
  private static final long NANOS_THEN = System.nanoTime();
  private static final long MICROS_THEN = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());

  private final long offset;

  /**
   * @param offset µs to be added to this process's clock to get the coordinator's
   */
  public Clock(long offset) {
    this.offset = offset;
  }

  /** This process's own clock, µs since 1970. */
  public static long own() {
    return MICROS_THEN + (System.nanoTime() - NANOS_THEN) / 1_000;
  }

  /** The coordinator's clock, µs since 1970. */
  public long micros() {
    return own() + offset;
  }
}
