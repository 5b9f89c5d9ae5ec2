package dev.holdfast.loadtest.worker.publish;

import io.vertx.core.Future;

/** The way on which publications leave: those of a channel in the order of the calls. */
interface PublicationSink {
  /**
   * Stores it once.
   *
   * @return completes on the caller's event loop when it is stored; fails if it was refused or
   *     given up, and then it may be stored nevertheless
   */
  Future<?> publish(Publication publication);

  /** Gives up what is unanswered. */
  void close();
}
