package dev.holdfast.app.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Grant;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example does what its page says. */
@ExtendWith(ClusterExtension.class)
class BillingServiceIT {
  private static final int MAX_LINES = 60;

  private final String tenant = "t-" + Ids.fresh();

  @Test
  void answersWhoMayAskAndGreetsWhoComes() throws Exception {
    // A client that answers no ping, on a machine that may be busy.
    var options = ClusterOptions.of(2).with("gateway.heartbeat", "1m");
    try (var cluster = TestCluster.start(options)) {
      String members = String.join(",", cluster.members());
      String credentials =
          ServiceCredentials.make(cluster.busSecret(), new Grant("billing", Set.of(tenant)));
      var config = ClusterConfig.joining(cluster.busName(), members, credentials);
      Vertx service =
          BillingService.run(config, tenant)
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);
      try {
        quotesAndGreets(cluster);
      } finally {
        service.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      }
    }
  }

  private void quotesAndGreets(TestCluster cluster) {
    ManualClient ann = cluster.clients().manual(cluster.node(1).url());
    ann.send("hello", Map.of("token", cluster.token(tenant, "ann"), "client", client()));

    JsonNode greeting = ann.await("event", "user:ann");
    JsonNode quote = ask(ann, "1", "quote", Map.of("items", 3));
    JsonNode none = ask(ann, "2", "quote", Map.of("items", 0));
    JsonNode unknown = ask(ann, "3", "pay", Map.of());

    assertEquals("greeting", greeting.path("event").asText());
    assertEquals("billing", greeting.path("from").path("service").asText());
    assertEquals(60, quote.path("data").path("price").asInt());
    assertEquals("bad_request", none.path("code").asText());
    assertEquals("items: 1 or more", none.path("message").asText());
    assertEquals("not_found", unknown.path("code").asText());
    ann.close();
  }

  @Test
  void isOfLessThan60Lines() throws Exception {
    Path source = Path.of("src/test/java/dev/holdfast/app/example/BillingService.java");
    int lines = Files.readAllLines(source).size();

    assertTrue(lines < MAX_LINES, lines + " lines");
  }

  private static JsonNode ask(ManualClient client, String id, String method, Map<String, ?> data) {
    client.send("request", Map.of("id", id, "service", "billing", "method", method, "data", data));
    return client.awaitAnswer(id);
  }

  private static Map<String, String> client() {
    return Map.of("name", "test", "version", "1");
  }
}
