package dev.holdfast.gateway;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** What is wrong with an HTTP request, as RFC 9457 says it. */
final class Problem {
  private Problem() {}

  static void send(HttpServerResponse response, int status, String detail) {
    JsonObject problem = new JsonObject();
    problem.put("title", HttpResponseStatus.valueOf(status).reasonPhrase());
    problem.put("status", status);
    problem.put("detail", detail);
    response
        .setStatusCode(status)
        .putHeader("content-type", "application/problem+json")
        .end(problem.encode());
  }
}
