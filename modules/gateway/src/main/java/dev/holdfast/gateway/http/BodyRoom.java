package dev.holdfast.gateway.http;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.FairShare.Outcome;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes room for the body of a request before it is read, and gives it back when the request is
 * answered or gone, or its answer is a stream that begins. Confined to its event loop.
 */
public final class BodyRoom {
  /** Bytes that a stream of publications keeps at a time. */
  private static final long STREAM = 512 << 10;

  private static final long RETRY_MS = 1_000;
  private static final String GIVE_BACK = "bodyRoom";

  private final FairShare bodies;
  private final long limit;

  /**
   * @param limit bytes of a body; a body of unknown length takes as many
   */
  public BodyRoom(FairShare bodies, long limit) {
    this.bodies = bodies;
    this.limit = limit;
  }

  /**
   * Takes room for a request.
   *
   * @throws Problem 429 if the caller has its share of the room, 503 if there is none left
   */
  void take(RoutingContext routing, Caller caller) {
    String tenant = Callers.tenant(caller);
    String user = caller instanceof Caller.User self ? self.user() : null;
    long bytes = size(routing.request());
    Outcome outcome = bodies.tryTake(tenant, user, bytes);
    if (outcome == Outcome.TAKEN) {
      AtomicBoolean given = new AtomicBoolean();
      Runnable giveBack =
          () -> {
            if (given.compareAndSet(false, true)) {
              bodies.give(tenant, user, bytes);
            }
          };
      routing.put(GIVE_BACK, giveBack);
      routing.addEndHandler(ended -> giveBack.run());
    } else {
      ErrorCode code =
          outcome == Outcome.PART_FULL ? ErrorCode.RATE_LIMITED : ErrorCode.UNAVAILABLE;
      String detail = "body: too many bytes of requests are under way";
      throw new Problem(code.httpStatus, code, detail).retryAfter(RETRY_MS);
    }
  }

  /** Forgets the body of a request that is done with it, and gives its room back. */
  static void leave(RoutingContext routing) {
    ((RoutingContextInternal) routing).setBody(null);
    Runnable giveBack = routing.remove(GIVE_BACK);
    if (giveBack != null) {
      giveBack.run();
    }
  }

  private long size(HttpServerRequest request) {
    if (MediaTypes.of(request).equals(MediaTypes.LINES)) {
      return STREAM;
    }
    long declared = declared(request);
    return declared < 0 ? limit : Math.min(limit, declared);
  }

  /** Returns the bytes that the request declares for its body; −1 if it declares none. */
  public static long declared(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return -1; // the decoder refuses it, or takes the body by chunks
    }
  }
}
