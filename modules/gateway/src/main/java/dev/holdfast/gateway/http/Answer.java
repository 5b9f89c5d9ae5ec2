package dev.holdfast.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param body or null
 */
record Answer(int status, String type, Buffer body, Map<String, String> headers) {
  static final Answer DONE = new Answer(204, null, null, Map.of());

  private static final String JSON = "application/json";

  static Answer json(JsonObject body) {
    return new Answer(200, JSON, body.toBuffer(), Map.of());
  }

  /**
   * @param body one JSON object, as text
   */
  static Answer json(String body) {
    return new Answer(200, JSON, Buffer.buffer(body), Map.of());
  }

  Answer with(int otherStatus, Map<String, String> otherHeaders) {
    return new Answer(otherStatus, type, body, otherHeaders);
  }

  /** Answers are of one caller and one moment: none is to be kept by a cache. */
  void send(HttpServerResponse response) {
    if (response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    headers.forEach(response::putHeader);
    if (body == null) {
      response.end();
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
    }
  }
}
