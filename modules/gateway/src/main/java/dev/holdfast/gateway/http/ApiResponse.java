package dev.holdfast.gateway.http;

import dev.holdfast.core.Position;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request.
 *
 * @param type of the body
 * @param stream answers the request itself, on its event loop; none: the rest is the answer
 */
public record ApiResponse(
    int status,
    @Nullable String type,
    @Nullable Buffer body,
    Map<String, String> headers,
    @Nullable Consumer<RoutingContext> stream) {
  public static final ApiResponse DONE = new ApiResponse(204, null, null, Map.of());

  private static final String JSON = "application/json";

  public ApiResponse(
      int status, @Nullable String type, @Nullable Buffer body, Map<String, String> headers) {
    this(status, type, body, headers, null);
  }

  /** Answers by what takes the request over. */
  public static ApiResponse stream(Consumer<RoutingContext> open) {
    return new ApiResponse(200, null, null, Map.of(), open);
  }

  /** Returns a position in the API's form. */
  public static JsonObject json(Position position) {
    return new JsonObject().put("epoch", position.epoch()).put("seq", position.seq());
  }

  public static ApiResponse json(JsonObject body) {
    return new ApiResponse(200, JSON, body.toBuffer(), Map.of());
  }

  /**
   * Answers with JSON.
   *
   * @param body one JSON object, as text
   */
  public static ApiResponse json(String body) {
    return new ApiResponse(200, JSON, Buffer.buffer(body), Map.of());
  }

  public ApiResponse with(int otherStatus, Map<String, String> otherHeaders) {
    return new ApiResponse(otherStatus, type, body, otherHeaders);
  }

  /** Returns the size of the body in bytes. */
  int size() {
    return body == null ? 0 : body.length();
  }

  /**
   * Sends the answer. It is for one caller and one moment, so no cache may keep it.
   *
   * @return completes when the client's socket has taken it, or is gone; of a stream at once
   */
  Future<Void> send(RoutingContext routing) {
    HttpServerResponse response = routing.response();
    if (response.closed()) {
      return Future.succeededFuture();
    }
    if (stream != null) {
      BodyRoom.leave(routing);
      stream.accept(routing);
      return Future.succeededFuture();
    }
    response.setStatusCode(status).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    headers.forEach(response::putHeader);
    return body == null
        ? response.end()
        : response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
  }
}
