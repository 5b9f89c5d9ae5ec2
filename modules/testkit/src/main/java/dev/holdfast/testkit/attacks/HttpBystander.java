package dev.holdfast.testkit.attacks;

import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Publishes by HTTP, at one node after the other, whether it is answered or not. Any thread. */
final class HttpBystander {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int STORED = 200;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final List<URI> nodes;
  private final String tenant;
  private final String token;
  private final Consumer<String> errors;
  private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger turn = new AtomicInteger();

  /** An answered request: the time of sending, and the ns that it took. */
  record Answered(long sent, long took) {}

  HttpBystander(TestCluster cluster, String tenant, Consumer<String> errors) {
    this.nodes =
        cluster.nodes().stream()
            .filter(TestNode::isRunning)
            .map(n -> n.http("/v1/publish"))
            .toList();
    this.tenant = tenant;
    this.token = cluster.token(tenant, "back-end");
    this.errors = errors;
  }

  CompletableFuture<?> publish() {
    long sent = System.nanoTime();
    String body =
        "{\"publications\":[{\"channel\":\"%s\",\"event\":\"said\",\"data\":{\"tenant\":\"%s\"}}]}"
            .formatted("topic:http", tenant);
    var request =
        HttpRequest.newBuilder(nodes.get(turn.getAndIncrement() % nodes.size()))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    underWay.incrementAndGet();
    return http.sendAsync(request, BodyHandlers.ofString())
        .whenComplete((answer, failure) -> note(sent, answer, failure));
  }

  private void note(long sent, HttpResponse<String> answer, Throwable failure) {
    answered.add(new Answered(sent, System.nanoTime() - sent));
    if (failure != null) {
      errors.accept("HTTP: " + failure);
    } else if (answer.statusCode() != STORED) {
      errors.accept("HTTP: " + answer.statusCode() + " " + answer.body());
    }
    underWay.decrementAndGet();
  }

  Queue<Answered> answered() {
    return answered;
  }

  int underWay() {
    return underWay.get();
  }
}
