package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ManualClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A schema that a service registers holds for clients on every node. */
@ExtendWith(ClusterExtension.class)
class SchemaIT {
  private static final String NAME = ".*\"name\":\"([^\"]*)\".*";
  private static final String NEWS = "topic:news";
  private static final String PRICE =
      "{\"properties\":{\"price\":{\"type\":\"number\",\"minimum\":0}},\"required\":[\"price\"]}";

  private final String tenant = "t-" + Ids.fresh();
  private int asked;

  @Test
  void aMisfitIsRefusedWithItsPathOnEveryNodeAndItsNumberStaysFree() throws Exception {
    // Clients that answer no ping, on a machine that may be busy.
    var options = ClusterOptions.of(2).with("gateway.heartbeat", "1m");
    try (var cluster = TestCluster.start(options);
        var service = BusService.join(cluster, "catalogue")) {
      for (TestNode node : cluster.nodes()) {
        assertEquals("reply", publish(client(cluster, node), 1, -1).path("type").asText());
      }

      register(service);
      assertEquals(List.of("schema.register by catalogue"), noted(service));

      for (TestNode node : cluster.nodes()) {
        ManualClient client = client(cluster, node);
        Awaitility.await("refused by " + node.id())
            .atMost(Duration.ofSeconds(15))
            .until(() -> publishVolatile(client, -1).path("type").asText().equals("error"));
        JsonNode refused = publish(client, 1, -1);
        JsonNode stored = publish(client, 1, 7);

        assertEquals("bad_request", refused.path("code").asText());
        assertEquals("data/price: -1 is less than 0", refused.path("message").asText());
        assertEquals("reply", stored.path("type").asText());
        client.close();
      }
    }
  }

  private void register(BusService service) throws Exception {
    var keeper = new Caller.Service("catalogue", "1", Set.of(tenant), Set.of("schema:*"));
    var name = new SchemaName("price.set", 1);
    new ServiceClient(service.bus(), Duration.ofSeconds(5))
        .ask(new SchemaMessage.Register(keeper, tenant, name, PRICE))
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  /** What the tenant's audit log says of services on the bus. */
  private List<String> noted(BusService service) throws Exception {
    var reader = new Caller.Service("catalogue", "1", Set.of(tenant), Set.of("audit:read"));
    var log = new Channel(tenant, ChannelName.AUDIT);
    return new ServiceClient(service.bus(), Duration.ofSeconds(5))
            .ask(new ChannelMessage.History(reader, log, null, 10))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS)
            .publications()
            .stream()
            .map(entry -> entry.event() + " by " + entry.data().replaceAll(NAME, "$1"))
            .toList();
  }

  private ManualClient client(TestCluster cluster, TestNode node) {
    ManualClient client = cluster.clients().manual(node.url());
    var about = Map.of("name", "test", "version", "1");
    client.send("hello", Map.of("token", cluster.token(tenant, "ann"), "client", about));
    client.await("welcome");
    return client;
  }

  private JsonNode publish(ManualClient client, int n, int price) {
    return ask(client, Map.of("n", n), price);
  }

  private JsonNode publishVolatile(ManualClient client, int price) {
    return ask(client, Map.of("class", "volatile"), price);
  }

  private JsonNode ask(ManualClient client, Map<String, ?> more, int price) {
    String id = "p" + ++asked;
    var frame = new HashMap<String, Object>(more);
    frame.putAll(Map.of("id", id, "channel", NEWS, "event", "price.set"));
    frame.put("data", Map.of("price", price));
    client.send("publish", frame);
    return client.awaitAnswer(id);
  }
}
