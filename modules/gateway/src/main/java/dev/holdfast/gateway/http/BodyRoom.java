package dev.holdfast.gateway.http;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.FairShare.Outcome;
import dev.holdfast.limits.NodeMemory;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes room for the body of a request before it is read, and gives it back when the request is
 * answered or gone, or its answer is a stream that begins. Takes room for a large answer, too,
 * until the client has taken it. Confined to its event loop.
 */
public final class BodyRoom {
  /** Bytes that a stream of publications keeps at a time. */
  private static final long STREAM = 512 << 10;

  /** Bytes of an answer that the kernel's buffer has room for: nobody waits for their reader. */
  private static final int SMALL_ANSWER = 64 << 10;

  private static final long RETRY_MS = 1_000;
  private static final String GIVE_BACK = "bodyRoom";

  private final FairShare bodies;
  private final FairShare answers;
  private final long limit;

  /**
   * @param limit bytes of a body; a body of unknown length takes as many
   */
  public BodyRoom(NodeMemory memory, long limit) {
    this.bodies = memory.bodies();
    this.answers = memory.answers();
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
      Runnable giveBack = once(() -> bodies.give(tenant, user, bytes));
      routing.put(GIVE_BACK, giveBack);
      routing.addEndHandler(ended -> giveBack.run());
    } else {
      throw full(outcome, "body: too many bytes of requests are under way");
    }
  }

  private static Runnable once(Runnable giveBack) {
    AtomicBoolean given = new AtomicBoolean();
    return () -> {
      if (given.compareAndSet(false, true)) {
        giveBack.run();
      }
    };
  }

  private static Problem full(Outcome outcome, String detail) {
    ErrorCode code = outcome == Outcome.PART_FULL ? ErrorCode.RATE_LIMITED : ErrorCode.UNAVAILABLE;
    return new Problem(code.httpStatus, code, detail).retryAfter(RETRY_MS);
  }

  /**
   * Sends an answer. A large one has room until the client's socket has taken all of it. Only one
   * that changed nothing may be refused: after any other the client would not know what was done.
   *
   * @throws Problem 429 if answers that the caller has not read yet fill its share, 503 if there is
   *     no room left
   */
  void send(RoutingContext routing, Caller caller, ApiResponse answer) {
    if (answer.size() <= SMALL_ANSWER) {
      answer.send(routing);
      return;
    }
    Runnable giveBack = takeForAnswer(routing.request().method(), caller, answer.size());
    try {
      answer.send(routing).onComplete(taken -> giveBack.run());
    } catch (RuntimeException e) {
      giveBack.run();
      throw e;
    }
  }

  private Runnable takeForAnswer(HttpMethod method, Caller caller, long bytes) {
    String tenant = Callers.tenant(caller);
    String user = caller instanceof Caller.User self ? self.user() : null;
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
      Outcome outcome = answers.tryTake(tenant, user, bytes);
      if (outcome != Outcome.TAKEN) {
        throw full(outcome, "answers: too many bytes wait to be read");
      }
    } else {
      answers.take(tenant, user, bytes);
    }
    return once(() -> answers.give(tenant, user, bytes));
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
