package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Meters of the bus. A user who may ask services made one series for each name that it asked for:
 * 33,000 of them in 10 s, kept for ever, and read by every scrape.
 */
class MetersTest {
  @Test
  void askingForManyServicesMakesNoSeries() throws Exception {
    var registry = new SimpleMeterRegistry();
    String name = UUID.randomUUID().toString();
    ClusterConfig config =
        ClusterConfig.of(Map.of("HOLDFAST_CLUSTER_NAME", name))
            .withSecret("for this test alone, of enough bytes");
    Vertx member = get(Cluster.join(config, registry).toCompletionStage().toCompletableFuture());
    try {
      ask(member, 0, 10);
      // What is counted after an answer is counted before the next one.
      ask(member, 0, 10);
      Set<Meter.Id> before = ids(registry);
      assertTrue(before.stream().anyMatch(id -> id.getName().contains("eventbus")), "" + before);

      ask(member, 10, 500);

      assertEquals(before, ids(registry));
    } finally {
      get(member.close().toCompletionStage().toCompletableFuture());
    }
  }

  private static void ask(Vertx member, int from, int to) {
    List<CompletableFuture<?>> asked =
        IntStream.range(from, to)
            .mapToObj(i -> member.eventBus().request("service.s" + i, "hello"))
            .<CompletableFuture<?>>map(answer -> answer.toCompletionStage().toCompletableFuture())
            .toList();
    asked.forEach(answer -> answer.handle((reply, failure) -> failure).join());
  }

  private static Set<Meter.Id> ids(SimpleMeterRegistry registry) {
    return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }
}
