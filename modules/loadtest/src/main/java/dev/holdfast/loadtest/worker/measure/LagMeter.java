package dev.holdfast.loadtest.worker.measure;

import java.util.concurrent.TimeUnit;

/** Measures how late the ticks of an event loop are. Confined to it. */
public final class LagMeter {
  private final long periodNanos;
  private long lastTick = System.nanoTime();
  private long longest;

  public LagMeter(long periodMillis) {
    this.periodNanos = TimeUnit.MILLISECONDS.toNanos(periodMillis);
  }

  /** The ticks begin anew after a pause. */
  public void restarted() {
    lastTick = System.nanoTime();
  }

  public void ticked() {
    long now = System.nanoTime();
    longest = Math.max(longest, now - lastTick - periodNanos);
    lastTick = now;
  }

  /** The longest since the last call, in µs. */
  public long take() {
    long taken = TimeUnit.NANOSECONDS.toMicros(longest);
    longest = 0;
    return taken;
  }
}
