package dev.holdfast.gateway.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;

/** Answers bytes that can't be read as an HTTP request, and ends their connection. */
public final class InvalidRequests {
  private InvalidRequests() {}

  public static void refuse(HttpServerRequest request) {
    DecoderResult result = request.decoderResult();
    Throwable cause = result == null ? null : result.cause();
    Problem problem =
        cause instanceof TooLongHttpLineException
            ? Problem.of(414, "The address is too long.")
            : cause instanceof TooLongHttpHeaderException
                ? Problem.of(431, "The headers are too large.")
                : Problem.of(400, "This is not an HTTP request that can be read.");
    request.response().putHeader("connection", "close");
    request.response().endHandler(ended -> request.connection().close());
    problem.send(request.response());
  }
}
