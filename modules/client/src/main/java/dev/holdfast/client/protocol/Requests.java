package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Frames that may be sent once only: requests to services, and volatile publications. Those that
 * were sent fail with their connection, as their outcome is unknown then. Confined to the session's
 * thread.
 */
final class Requests {
  /** The client's wait in ms beyond the service's time, after which the server answers itself. */
  private static final long GRACE = 5_000;

  private final Wire wire;
  private final Consumer<String> out;
  private final Frames.Ids ids;
  private final int most;
  private final Map<String, Request> open = new LinkedHashMap<>();
  private boolean connected;
  private long frameLimit = Frames.LIMIT;

  private static final class Request {
    final ObjectNode frame;
    final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    final Alarm limit;
    final int size;
    boolean sent;

    Request(ObjectNode frame, Alarm limit, int size) {
      this.frame = frame;
      this.limit = limit;
      this.size = size;
    }
  }

  Requests(Wire wire, Frames.Ids ids, ClientBounds bounds, Consumer<String> out) {
    this.wire = wire;
    this.ids = ids;
    this.most = bounds.requests();
    this.out = out;
  }

  /** Sends a request; waits for a connection if there is none. */
  CompletableFuture<JsonNode> ask(ObjectNode frame, long timeout) {
    if (open.size() >= most) {
      return failed(RefusedException.QUEUE_FULL, most + " are unanswered", true);
    }
    int size = Frames.size(frame);
    if (size > frameLimit) {
      return CompletableFuture.failedFuture(Frames.tooLarge(size, frameLimit));
    }
    String id = ids.next();
    var request = new Request(frame.put("id", id), new Alarm(wire), size);
    open.put(id, request);
    request.limit.set(timeout + GRACE, () -> late(id));
    send(request);
    return request.answer;
  }

  /** Sends a frame now; fails if there is no connection, as volatile events don't wait. */
  CompletableFuture<JsonNode> now(ObjectNode frame, long timeout) {
    return connected
        ? ask(frame, timeout)
        : failed(RefusedException.DISCONNECTED, "there is no connection", true);
  }

  private static CompletableFuture<JsonNode> failed(String code, String text, boolean retryable) {
    return CompletableFuture.failedFuture(new RefusedException(code, text, retryable));
  }

  /**
   * Sends the requests that waited for a connection.
   *
   * @param limit bytes of one frame
   */
  void connected(long limit) {
    connected = true;
    frameLimit = limit;
    List.copyOf(open.values()).forEach(this::sendOrRefuse);
  }

  /** Sends a request that waited, or refuses it if it is too large for the connection that came. */
  private void sendOrRefuse(Request request) {
    if (request.size > frameLimit) {
      String id = request.frame.path("id").asText();
      refused(id, Frames.tooLarge(request.size, frameLimit));
    } else {
      send(request);
    }
  }

  void disconnected() {
    connected = false;
    for (Request request : new ArrayList<>(open.values())) {
      if (request.sent) {
        end(request, RefusedException.DISCONNECTED, "the outcome is unknown");
      }
    }
  }

  void answered(String id, JsonNode data) {
    Request request = open.remove(id);
    if (request != null) {
      request.limit.cancel();
      request.answer.complete(data);
    }
  }

  void refused(String id, RefusedException error) {
    Request request = open.remove(id);
    if (request != null) {
      request.limit.cancel();
      request.answer.completeExceptionally(error);
    }
  }

  void fail(RefusedException reason) {
    for (Request request : new ArrayList<>(open.values())) {
      refused(request.frame.path("id").asText(), reason);
    }
  }

  private void late(String id) {
    Request request = open.get(id);
    if (request != null) {
      end(request, RefusedException.NO_ANSWER, "the outcome is unknown");
    }
  }

  private void end(Request request, String code, String message) {
    refused(request.frame.path("id").asText(), new RefusedException(code, message, false));
  }

  private void send(Request request) {
    if (connected) {
      request.sent = true;
      out.accept(request.frame.toString());
    }
  }
}
