package dev.holdfast.loadtest.worker.publish;

import io.vertx.core.Future;

/** An event loop's part of a flow, or of calls, that is under way. Confined to it. */
interface Run {
  /**
   * Sends what is due; about once in a millisecond.
   *
   * @param now µs by the coordinator's clock
   */
  void tick(long now);

  /** Completes when all of it is answered or given up. */
  Future<Void> ended();
}
