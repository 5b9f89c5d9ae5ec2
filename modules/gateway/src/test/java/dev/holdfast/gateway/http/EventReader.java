package dev.holdfast.gateway.http;

import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Reads a stream of events as the standard says, and keeps all that came. */
final class EventReader implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<JsonObject> messages = new ArrayList<>();
  private final InputStream stream;
  private String lastId;
  private boolean ended;
  private int read;

  /**
   * @param channels as in the query; empty: none
   * @param last null: none
   */
  EventReader(HttpFixture node, String token, String channels, String last) {
    var request =
        HttpRequest.newBuilder(
            node.uri("/v1/events?channels=" + channels + "&access_token=" + token));
    if (channels.isEmpty()) {
      request.uri(node.uri("/v1/events?access_token=" + token));
    }
    if (last != null) {
      request.header("last-event-id", last);
    }
    stream = open(request.timeout(PATIENCE).build());
    Thread reader = new Thread(this::read, "event-reader");
    reader.setDaemon(true);
    reader.start();
  }

  private static InputStream open(HttpRequest request) {
    try {
      HttpResponse<InputStream> response = CLIENT.send(request, BodyHandlers.ofInputStream());
      String type = response.headers().firstValue("content-type").orElse("");
      if (response.statusCode() != 200 || !type.equals("text/event-stream")) {
        throw new IllegalStateException(response.statusCode() + " " + type);
      }
      ContractCheck.seen("readEvents", "200");
      return response.body();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void read() {
    try (var lines =
        new java.io.BufferedReader(new java.io.InputStreamReader(stream, StandardCharsets.UTF_8))) {
      StringBuilder data = new StringBuilder();
      String event = "";
      String id = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.isEmpty()) {
          dispatch(event, id, data.toString());
          data.setLength(0);
          event = "";
        }
      }
    } catch (java.io.IOException closed) {
      // The test, or the node, has ended it; either way it is over.
    } finally {
      synchronized (messages) {
        ended = true;
        messages.notifyAll();
      }
    }
  }

  private void dispatch(String event, String id, String data) {
    JsonObject message = new JsonObject(data);
    if (!event.isEmpty()) {
      message.put("type", event);
    }
    synchronized (messages) {
      lastId = id == null ? lastId : id;
      messages.add(message.put("id:", lastId));
      messages.notifyAll();
    }
  }

  /** The next message of this type after those that were awaited. */
  JsonObject await(String type) {
    return await(message -> type.equals(message.getString("type")), type);
  }

  JsonObject await(String type, String channel) {
    return await(
        message ->
            type.equals(message.getString("type")) && channel.equals(message.getString("channel")),
        type + " of " + channel);
  }

  private JsonObject await(Predicate<JsonObject> wanted, String what) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    synchronized (messages) {
      while (true) {
        while (read < messages.size()) {
          JsonObject message = messages.get(read++);
          if (wanted.test(message)) {
            return message;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0 || ended) {
          throw new AssertionError("no " + what + "; came: " + messages);
        }
        pause(left);
      }
    }
  }

  private void pause(long ms) {
    try {
      messages.wait(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The data of all events of a channel so far, in order. */
  List<Object> data(String channel) {
    synchronized (messages) {
      return messages.stream()
          .filter(m -> "event".equals(m.getString("type")))
          .filter(m -> channel.equals(m.getString("channel")))
          .map(m -> m.getValue("data"))
          .toList();
    }
  }

  String lastId() {
    synchronized (messages) {
      return lastId;
    }
  }

  /** Without a word, as a browser that is gone. */
  @Override
  public void close() {
    try {
      stream.close();
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
