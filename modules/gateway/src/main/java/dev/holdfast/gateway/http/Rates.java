package dev.holdfast.gateway.http;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.limits.Cost;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.use.Use;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Holds requests to the rates of their caller: a service to its tenant's, a user also to its own,
 * which its WebSockets share. A request waits a little for its turn. Safe on any thread.
 */
public final class Rates {
  /** The longest time that a request waits. */
  private static final long PATIENCE_MS = 500;

  private static final long STREAM_PATIENCE_MS = 10_000;

  /** The wait that is named if a rate is 0. */
  private static final long LATER_MS = 60_000;

  private final Limiter limiter;

  public Rates(Limiter limiter) {
    this.limiter = limiter;
  }

  /**
   * Takes the cost of a request.
   *
   * @param bytes of its body, as far as it declares them
   * @return the caller, or a {@link Problem}: 429
   */
  public Future<Caller> request(Vertx vertx, Caller caller, long bytes) {
    return take(vertx, caller, Cost.request(Math.max(0, bytes)), PATIENCE_MS).map(caller);
  }

  /**
   * Takes the cost of publications.
   *
   * @param stream whether the request is not read meanwhile, and so may wait for longer
   */
  public Future<Void> publications(Vertx vertx, Caller caller, Cost cost, boolean stream) {
    return take(vertx, caller, cost, stream ? STREAM_PATIENCE_MS : PATIENCE_MS);
  }

  /** Counts a large answer that was sent as more requests: the next one waits for it. */
  public void answered(Caller caller, long bytes) {
    unsent(caller, bytes);
    sent(caller, bytes);
  }

  /** Counts an answer that was made and then not sent: making it took as much. */
  void unsent(Caller caller, long bytes) {
    String user = caller instanceof Caller.User self ? self.user() : null;
    limiter.charge(Callers.tenant(caller), user, Cost.answer(bytes));
  }

  private void sent(Caller caller, long bytes) {
    limiter.uses().add(Callers.tenant(caller), Use.OUT, bytes);
  }

  /**
   * Takes the cost of a part of an answer that was sent, and that others follow: they wait for
   * their turn as long as a stream may.
   *
   * @return done, or a {@link Problem}: 429
   */
  public Future<Void> part(Vertx vertx, Caller caller, long bytes) {
    sent(caller, bytes);
    return take(vertx, caller, Cost.answer(bytes), STREAM_PATIENCE_MS);
  }

  private Future<Void> take(Vertx vertx, Caller caller, Cost cost, long patienceMs) {
    String user = caller instanceof Caller.User self ? self.user() : null;
    return limiter
        .await(vertx, Callers.tenant(caller), user, cost, patienceMs)
        .compose(wait -> wait == 0 ? Future.succeededFuture() : Future.failedFuture(over(wait)));
  }

  private static Problem over(long waitMs) {
    ErrorCode code = ErrorCode.RATE_LIMITED;
    long later = waitMs == Limiter.NEVER ? LATER_MS : waitMs;
    return new Problem(code.httpStatus, code, code.publicText).retryAfter(later);
  }
}
