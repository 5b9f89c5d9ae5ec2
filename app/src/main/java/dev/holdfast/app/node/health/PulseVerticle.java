package dev.holdfast.app.node.health;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Shows that its event loop runs, and how late. Deployed once per event loop; touched by its own,
 * read from any thread.
 */
public final class PulseVerticle extends VerticleBase {
  private static final long BEAT_MS = 1_000;
  private static final long BEAT_NS = BEAT_MS * 1_000_000;

  private volatile long last = System.nanoTime();
  private volatile long delay;

  @Override
  public Future<?> start() {
    vertx.setPeriodic(BEAT_MS, timer -> beat());
    return Future.succeededFuture();
  }

  /** Nanoseconds since the event loop last ran what was due; any thread. */
  long age() {
    return System.nanoTime() - last;
  }

  /**
   * Returns by how many nanoseconds the last beat came late, or the next one is late already; any
   * thread.
   */
  public long delay() {
    return Math.max(delay, age() - BEAT_NS);
  }

  private void beat() {
    long now = System.nanoTime();
    delay = Math.max(0, now - last - BEAT_NS);
    last = now;
  }
}
