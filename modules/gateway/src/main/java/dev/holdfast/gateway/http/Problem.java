package dev.holdfast.gateway.http;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * A refusal of an HTTP request in the form of RFC 9457, with the name of an {@link ErrorCode} as
 * {@code code}. The caller may see everything in it.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String RETRY_AFTER = "retryAfter";

  private final int status;
  private final ErrorCode code;
  private final String detail;
  private final transient JsonObject more;

  public Problem(int status, ErrorCode code, String detail) {
    this(status, code, detail, new JsonObject());
  }

  /**
   * @param more members that only some problems have
   */
  private Problem(int status, ErrorCode code, String detail, JsonObject more) {
    super(detail, null, false, false);
    this.more = more;
    this.status = status;
    this.code = code;
    this.detail = detail;
  }

  /** Returns a problem of a status of HTTP itself, with the nearest code. */
  public static Problem of(int status, String detail) {
    return new Problem(status, nearest(status), detail);
  }

  /**
   * Returns a problem of a node that may take the request later.
   *
   * @param ms the wait before the next try
   */
  public static Problem later(long ms, String detail) {
    return new Problem(503, ErrorCode.RATE_LIMITED, detail).retryAfter(ms);
  }

  /** Returns the problem of any failure, without internal details. */
  public static Problem of(Throwable failure) {
    if (failure instanceof Problem problem) {
      return problem;
    }
    HoldfastException named = HoldfastException.from(failure);
    return new Problem(named.code().httpStatus, named.code(), named.publicMessage())
        .retryAfter(named.code().againAfterMs());
  }

  public static Problem badRequest(String detail) {
    return new Problem(400, ErrorCode.BAD_REQUEST, detail);
  }

  /**
   * Adds a number.
   *
   * @param expected the publisher's next number; left out if it is 0
   */
  public Problem expecting(long expected) {
    return expected == 0
        ? this
        : new Problem(status, code, detail, more.copy().put("expected", expected));
  }

  /**
   * Adds a wait.
   *
   * @param ms the wait before the next try, in the body and in a header; left out if it is 0
   */
  public Problem retryAfter(long ms) {
    return ms == 0 ? this : new Problem(status, code, detail, more.copy().put(RETRY_AFTER, ms));
  }

  /**
   * Adds a place in a stream.
   *
   * @param line of the stream that was refused, from 1
   * @param stream the results of those before
   */
  public Problem atLine(int line, JsonObject stream) {
    JsonObject with = more.copy().put("line", line).put("stream", stream);
    return new Problem(status, code, "line " + line + ": " + detail, with);
  }

  public ErrorCode code() {
    return code;
  }

  int status() {
    return status;
  }

  public JsonObject json() {
    return new JsonObject()
        .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
        .put("status", status)
        .put("detail", detail)
        .put("code", code.wireName())
        .put("retryable", code.retryable)
        .mergeIn(more);
  }

  /** Answers with this, unless an answer has begun or can't be given any more. */
  public void send(HttpServerResponse response) {
    if (response.headWritten() || response.closed()) {
      return;
    }
    if (status == 401) {
      response.putHeader("www-authenticate", "Bearer");
    }
    if (more.containsKey(RETRY_AFTER)) {
      long seconds = (more.getLong(RETRY_AFTER) + 999) / 1_000;
      response.putHeader("retry-after", Long.toString(seconds));
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(json().toBuffer());
  }

  private static ErrorCode nearest(int status) {
    return switch (status) {
      case 401 -> ErrorCode.UNAUTHORIZED;
      case 403 -> ErrorCode.FORBIDDEN;
      case 404 -> ErrorCode.NOT_FOUND;
      case 409, 412 -> ErrorCode.CONFLICT;
      case 413, 414, 431 -> ErrorCode.TOO_LARGE;
      case 503 -> ErrorCode.SHUTTING_DOWN;
      default -> status < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL;
    };
  }
}
