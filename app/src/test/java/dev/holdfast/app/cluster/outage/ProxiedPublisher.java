package dev.holdfast.app.cluster.outage;

import dev.holdfast.app.cluster.TcpBalancer;
import dev.holdfast.testkit.TestCluster;
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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Publishes by HTTP through a proxy, numbered, to each channel one after the other; what has no
 * good answer is sent again, and the proxy chooses the node.
 */
final class ProxiedPublisher implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int STORED = 200;
  private static final Executor SOON = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final Map<String, CompletableFuture<?>> last = new HashMap<>();
  private final TcpBalancer proxy;
  private final String token;

  ProxiedPublisher(TestCluster cluster, String tenant) throws IOException {
    this.proxy = new TcpBalancer(cluster.nodes());
    this.token = cluster.token(tenant, "publisher");
  }

  /** Completes when it is stored. One thread. */
  CompletableFuture<?> publish(String channel, long number) {
    CompletableFuture<?> before = last.getOrDefault(channel, CompletableFuture.completedFuture(0));
    CompletableFuture<?> stored = before.thenCompose(done -> store(channel, number));
    last.put(channel, stored);
    return stored;
  }

  private CompletableFuture<?> store(String channel, long number) {
    var publication =
        new JsonObject()
            .put("channel", channel)
            .put("event", "tick")
            .put("data", number)
            .put("publisher", "ticks")
            .put("n", number);
    var body = new JsonObject().put("publications", new JsonArray().add(publication)).encode();
    var stored = new CompletableFuture<Void>();
    send(body, stored);
    return stored;
  }

  private void send(String body, CompletableFuture<Void> stored) {
    var request =
        HttpRequest.newBuilder(URI.create(proxy.url("/v1/publish")))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    http.sendAsync(request, BodyHandlers.ofString())
        .whenComplete(
            (answer, failure) -> {
              if (failure == null && isStored(answer)) {
                stored.complete(null);
              } else {
                SOON.execute(() -> send(body, stored));
              }
            });
  }

  private static boolean isStored(HttpResponse<String> answer) {
    return answer.statusCode() == STORED
        && !new JsonObject(answer.body())
            .getJsonArray("results")
            .getJsonObject(0)
            .containsKey("error");
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
