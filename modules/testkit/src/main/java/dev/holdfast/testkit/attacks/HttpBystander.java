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
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Publishes by HTTP, at one node after the other, whether it is answered or not. Any thread. */
final class HttpBystander {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int STORED = 200;
  private static final int TOO_MANY = 429;

  /** Of one publication. */
  private static final int TRIES = 3;

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
    underWay.incrementAndGet();
    return ask(TRIES).whenComplete((answer, failure) -> note(sent, answer, failure));
  }

  /**
   * Asks again after a refusal by the rate: on a slow machine tokens may come later than a request
   * waits. The time of all tries counts.
   */
  private CompletableFuture<HttpResponse<String>> ask(int tries) {
    return http.sendAsync(request(), BodyHandlers.ofString())
        .thenCompose(
            answer ->
                answer.statusCode() == TOO_MANY && tries > 1
                    ? CompletableFuture.supplyAsync(() -> ask(tries - 1), after(answer))
                        .thenCompose(Function.identity())
                    : CompletableFuture.completedFuture(answer));
  }

  private static Executor after(HttpResponse<?> refused) {
    long seconds = refused.headers().firstValueAsLong("retry-after").orElse(1);
    return CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
  }

  private HttpRequest request() {
    String body =
        "{\"publications\":[{\"channel\":\"%s\",\"event\":\"said\",\"data\":{\"tenant\":\"%s\"}}]}"
            .formatted("topic:http", tenant);
    return HttpRequest.newBuilder(nodes.get(turn.getAndIncrement() % nodes.size()))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
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
