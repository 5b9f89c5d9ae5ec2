package dev.holdfast.app.cluster;

import dev.holdfast.core.Position;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.history.Payload;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes by HTTP as a back end behind a proxy does: one after the other, each with a key, again
 * at the next node where there is no good answer.
 */
final class HttpPublisher implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(40);
  private static final int STORED = 200;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final List<URI> nodes;
  private final String name;
  private final String token;
  private final History history;
  private final Thread thread;
  private volatile boolean ending;
  private int node;

  HttpPublisher(TestCluster cluster, String tenant, String name, History history) {
    this.nodes = cluster.nodes().stream().map(one -> one.http("/v1/publish")).toList();
    this.name = name;
    this.token = cluster.token(tenant, name);
    this.history = history;
    this.thread = new Thread(this::run, "http-publisher");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!ending) {
      publish("topic:chat");
      LockSupport.parkNanos(PERIOD);
    }
  }

  private void publish(String channel) {
    Payload payload = history.next(name, channel);
    var publication =
        new JsonObject()
            .put("channel", channel)
            .put("event", "test.event")
            .put("data", new JsonObject(payload.data()));
    String body = new JsonObject().put("publications", new JsonArray().add(publication)).encode();
    Position stored = null;
    // An end in the middle leaves it unknown, which is nobody's fault.
    while (stored == null && !Thread.currentThread().isInterrupted()) {
      stored = post(body, name + "/" + payload.i());
      if (stored == null) {
        node = (node + 1) % nodes.size();
        LockSupport.parkNanos(PERIOD);
      }
    }
    if (stored != null) {
      history.acknowledged(channel, payload, stored);
    }
  }

  /** Null where it is to be tried again. */
  private Position post(String body, String key) {
    var request =
        HttpRequest.newBuilder(nodes.get(node))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      return answer.statusCode() == STORED ? position(answer.body()) : null;
    } catch (IOException noAnswer) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static Position position(String body) {
    JsonObject result = new JsonObject(body).getJsonArray("results").getJsonObject(0);
    JsonObject position = result.getJsonObject("position");
    return position == null
        ? null
        : new Position(position.getString("epoch"), position.getLong("seq"));
  }

  /** After the one under way is answered. */
  void settle() {
    ending = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(60));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ending = true;
    thread.interrupt();
  }
}
