package dev.holdfast.app.cluster;

import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.testkit.client.WsTestClient;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** One user on all nodes at once, who takes as much as it gets. For one test thread. */
final class Quota implements AutoCloseable {
  static final String OPERATORS = "operators";

  private static final String USER = "ann";
  private static final Map<String, String> CLIENT = Map.of("name", "test", "version", "1");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int CONNECTIONS = 3;
  private static final int MOST_OPEN = 50;

  private final TestCluster cluster;
  private final String tenant;
  private final List<WsTestClient> publishers = new ArrayList<>();
  private final List<ManualClient> connected = new ArrayList<>();
  private final AtomicLong taken = new AtomicLong();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private double seconds;

  Quota(TestCluster cluster, String tenant) {
    this.cluster = cluster;
    this.tenant = tenant;
  }

  /** At every node, so that each follows at once. */
  void set(String limit, long amount) throws Exception {
    for (TestNode node : cluster.nodes()) {
      var request =
          HttpRequest.newBuilder(node.http("/v1/limits?tenant=" + tenant))
              .header(
                  "Authorization",
                  "Bearer " + cluster.token(OPERATORS, "op", Set.of("limits:write")))
              .header("Content-Type", "application/json")
              .method("PATCH", BodyPublishers.ofString("{\"" + limit + "\":" + amount + "}"))
              .build();
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(answer.statusCode() + " " + answer.body());
      }
    }
  }

  /** Publishes over some connections to each node, as fast as they take it. */
  void flood(Duration time) {
    for (TestNode node : cluster.nodes()) {
      for (int i = 0; i < CONNECTIONS; i++) {
        WsTestClient client = cluster.client(tenant, USER, List.of(node.url()));
        Traffic.await(client.connect());
        publishers.add(client);
      }
    }
    long begin = System.nanoTime();
    Awaitility.await()
        .atMost(time.plus(TIMEOUT))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              publishers.forEach(this::fill);
              return System.nanoTime() - begin >= time.toNanos();
            });
    seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
    publishers.forEach(WsTestClient::cutAndStayAway);
  }

  private void fill(WsTestClient client) {
    String topic = "topic:" + client.session();
    while (client.unanswered() < MOST_OPEN) {
      client.publish(topic, "e", 1).thenAccept(stored -> taken.incrementAndGet());
    }
  }

  /**
   * Publishes to fresh channels, over one connection to each node at once.
   *
   * @return how many were stored; the others were refused by their limit
   */
  long begin(int channels) {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (TestNode node : cluster.nodes()) {
      WsTestClient client = cluster.client(tenant, USER, List.of(node.url()));
      Traffic.await(client.connect());
      publishers.add(client);
    }
    for (int i = 0; i < channels; i++) {
      var stored = publishers.get(i % publishers.size()).publish("topic:fresh-" + i, "e", 1);
      answers.add(stored.handle((position, refused) -> isStored(refused)));
    }
    Traffic.await(CompletableFuture.allOf(answers.toArray(new CompletableFuture[0])));
    publishers.forEach(WsTestClient::cutAndStayAway);
    return answers.stream().filter(CompletableFuture::join).count();
  }

  private static boolean isStored(Throwable refused) {
    if (refused == null) {
      return true;
    }
    if (refused.toString().contains("limit_exceeded")) {
      return false;
    }
    throw new AssertionError(refused);
  }

  /** How many publications were stored. */
  long taken() {
    return taken.get();
  }

  /** How long that took. */
  double seconds() {
    return seconds;
  }

  /**
   * Opens connections, to one node after the other, and keeps them.
   *
   * @return how many were welcomed
   */
  long connect(int count) {
    String token = cluster.token(tenant, USER);
    for (int i = 0; i < count; i++) {
      ManualClient client = cluster.clients().manual(cluster.node(1 + i % 3).url());
      client.send("hello", Map.of("token", token, "client", CLIENT));
      connected.add(client);
    }
    Awaitility.await("all are welcomed or closed")
        .atMost(TIMEOUT)
        .until(() -> connected.stream().allMatch(one -> isWelcome(one) || !one.isOpen()));
    return connected.stream().filter(Quota::isWelcome).count();
  }

  private static boolean isWelcome(ManualClient client) {
    return client.frames().stream().anyMatch(f -> "welcome".equals(f.path("type").asText()));
  }

  @Override
  public void close() {
    publishers.forEach(WsTestClient::close);
    connected.stream().filter(ManualClient::isOpen).forEach(ManualClient::close);
  }
}
