package dev.holdfast.sessions.service;

import dev.holdfast.sessions.store.SessionIndex;
import dev.holdfast.sessions.store.SessionStore;
import dev.holdfast.sessions.store.SessionTokens;
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
 * Parts that the operations of the service share, made when the link is up.
 *
 * @param context the verticle's, on which all of them are used
 * @param events takes a step in a session's life, and completes when it will not be lost
 */
record Parts(
    SessionStore store,
    SessionTokens tokens,
    SessionIndex index,
    SessionPlaces places,
    RedisClock clock,
    SessionsConfig config,
    SessionsMetrics metrics,
    Context context,
    Function<SessionEvent, Future<Void>> events) {
  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
  private static final long PUBLISHED_WITHIN_MS = 10_000;

  /** Publishes without waiting; a loss is counted. */
  void publish(SessionEvent event) {
    published(event).onFailure(failure -> unpublished(event, failure));
  }

  /** Publishes; completes, on the verticle's context, when the event is stored. */
  Future<Void> published(SessionEvent event) {
    Promise<Void> published = Promise.promise();
    try {
      events
          .apply(event)
          .timeout(PUBLISHED_WITHIN_MS, TimeUnit.MILLISECONDS)
          .onComplete(done -> context.runOnContext(here -> complete(published, done)));
    } catch (RuntimeException e) {
      published.fail(e);
    }
    return published.future();
  }

  private static void complete(Promise<Void> published, AsyncResult<Void> done) {
    if (done.succeeded()) {
      published.complete();
    } else {
      published.fail(done.cause());
    }
  }

  private void unpublished(SessionEvent event, Throwable failure) {
    metrics.unpublished.increment();
    LOG.debug("{} of {} is not published: {}", event.kind(), event.session(), failure.getMessage());
  }
}
