package dev.holdfast.app.node;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Shows that its event loop runs. Deployed once per event loop; touched by its own, read from any
 * thread.
 */
final class PulseVerticle extends VerticleBase {
  private static final long BEAT_MS = 1_000;

  private volatile long last = System.nanoTime();

  @Override
  public Future<?> start() {
    vertx.setPeriodic(BEAT_MS, timer -> last = System.nanoTime());
    return Future.succeededFuture();
  }

  /** Nanoseconds since the event loop last ran what was due; any thread. */
  long age() {
    return System.nanoTime() - last;
  }
}
