package dev.holdfast.sessions.service;

import dev.holdfast.sessions.store.SessionIndex;
import dev.holdfast.sessions.store.SessionStore;
import dev.holdfast.sessions.store.SessionsConfig;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of the service share, made when the link is up.
 *
 * @param context the verticle's, on which all of them are used
 * @param events takes a step in a session's life, and completes when it will not be lost
 */
record Parts(
    SessionStore store,
    SessionIndex index,
    SessionPlaces places,
    RedisClock clock,
    SessionsConfig config,
    SessionsMetrics metrics,
    Context context,
    Function<SessionEvent, Future<Void>> events) {
  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
  private static final long TOLD_WITHIN_MS = 10_000;

  /** Tells without waiting; a loss is counted. */
  void tell(SessionEvent event) {
    told(event).onFailure(failure -> untold(event, failure));
  }

  /** Completes, on the verticle's context, when it is told for good. */
  Future<Void> told(SessionEvent event) {
    Promise<Void> told = Promise.promise();
    try {
      events
          .apply(event)
          .timeout(TOLD_WITHIN_MS, TimeUnit.MILLISECONDS)
          .onComplete(done -> context.runOnContext(here -> complete(told, done)));
    } catch (RuntimeException e) {
      told.fail(e);
    }
    return told.future();
  }

  private static void complete(Promise<Void> told, AsyncResult<Void> done) {
    if (done.succeeded()) {
      told.complete();
    } else {
      told.fail(done.cause());
    }
  }

  private void untold(SessionEvent event, Throwable failure) {
    metrics.untold.increment();
    LOG.debug("{} of {} is not told: {}", event.kind(), event.session(), failure.getMessage());
  }
}
