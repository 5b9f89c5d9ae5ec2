package dev.holdfast.sessions;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of the service share, made when the link is up.
 *
 * @param events takes a step in a session's life, and completes when it will not be lost
 */
record Parts(
    SessionStore store,
    SessionIndex index,
    RedisClock clock,
    SessionsConfig config,
    SessionsMetrics metrics,
    Function<SessionEvent, Future<Void>> events) {
  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
  private static final long TOLD_WITHIN_MS = 10_000;

  /** Tells without waiting; a loss is counted. */
  void tell(SessionEvent event) {
    told(event).onFailure(failure -> untold(event, failure));
  }

  /** Completes when it is told for good. */
  Future<Void> told(SessionEvent event) {
    try {
      return events.apply(event).timeout(TOLD_WITHIN_MS, TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void untold(SessionEvent event, Throwable failure) {
    metrics.untold.increment();
    LOG.debug("{} of {} is not told: {}", event.kind(), event.session(), failure.getMessage());
  }
}
