package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.WsTestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What connections leave behind: nothing. */
@ExtendWith(ClusterExtension.class)
class LeakIT {
  private static final int CONNECTS = Integer.getInteger("holdfast.leak.connects", 4_000);
  private static final int AT_ONCE = 100;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Of one class, what caches and pools may keep more than at the start. */
  private static final int FEW = AT_ONCE / 2;

  private static TestCluster cluster;

  private final String tenant = "t-" + Ids.fresh();
  private final Map<String, String> tokens = new HashMap<>();

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.start(
            ClusterOptions.of(2).with("sessions.linger", "1s").with("channels.leaveAfter", "1s"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void afterManyConnectsEverythingIsBackAtTheStart() {
    try (var redis = RedisKeys.of(cluster)) {
      // Warms up: every class is loaded, every log that stays is there.
      connectAndLeave(10 * AT_ONCE);
      awaitNobody(redis);
      Map<String, Integer> keys = redis.families();
      List<Map<String, Integer>> objects = objects();

      connectAndLeave(CONNECTS);

      awaitNobody(redis);
      Awaitility.await("Redis has no more keys")
          .atMost(TIMEOUT)
          .untilAsserted(() -> assertEquals(Map.of(), more(keys, redis.families())));
      // Some is kept for seconds on purpose.
      Awaitility.await()
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofSeconds(2))
          .untilAsserted(() -> assertNoMore(objects, cluster.nodes()));
    }
  }

  @Test
  void registrationsOnTheBusDoNotGrowWithConnections() {
    try (var member = BusService.join(cluster, "counter")) {
      List<WsTestClient> few = connect(10);
      int registrations = member.registrations();
      assertTrue(registrations > 0);

      List<WsTestClient> many = connect(490);

      assertEquals(registrations, member.registrations());
      few.forEach(WsTestClient::close);
      many.forEach(WsTestClient::close);
    }
  }

  /** A hundred at a time, half of which end their sessions; the others' linger runs out. */
  private void connectAndLeave(int count) {
    for (int done = 0; done < count; done += AT_ONCE) {
      List<WsTestClient> clients = connect(AT_ONCE);
      for (int i = 0; i < clients.size(); i++) {
        if (i % 2 == 0) {
          clients.get(i).endSession();
        } else {
          clients.get(i).close();
        }
      }
    }
  }

  private List<WsTestClient> connect(int count) {
    List<WsTestClient> clients = new ArrayList<>();
    List<CompletableFuture<?>> connected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      WsTestClient client = client("user" + i % 10);
      clients.add(client);
      TestNode node = cluster.nodes().get(i % cluster.nodes().size());
      connected.add(
          client.connect(node.url()).thenCompose(welcome -> client.subscribe("topic:news")));
    }
    connected.forEach(Traffic::await);
    return clients;
  }

  /** With the same token each time: a node keeps what a valid one says until it ends. */
  private WsTestClient client(String user) {
    String token = tokens.computeIfAbsent(user, name -> cluster.token(tenant, name));
    return cluster.clients().client(ClientOptions.of(cluster.urls(), token));
  }

  private static void awaitNobody(RedisKeys redis) {
    for (TestNode node : cluster.nodes()) {
      Awaitility.await(node.id() + " has no connections and no open channels")
          .atMost(TIMEOUT)
          .until(
              () ->
                  node.metrics().sum("holdfast_connections") == 0
                      && node.metrics().sum("holdfast_channels_open") == 0);
    }
    Awaitility.await("Redis has no sessions, indexes and interest")
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              Map<String, Integer> left = redis.families();
              left.keySet()
                  .retainAll(
                      List.of("sess", "subs", "pubs", "user", "tenant", "node", "due", "int"));
              assertEquals(Map.of(), left);
            });
  }

  private static List<Map<String, Integer>> objects() {
    return cluster.nodes().stream().map(TestNode::liveObjects).toList();
  }

  private static void assertNoMore(List<Map<String, Integer>> before, List<TestNode> nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      assertNoMore(before.get(i), nodes.get(i));
    }
  }

  private static void assertNoMore(Map<String, Integer> before, TestNode node) {
    Map<String, Integer> more = more(before, node.liveObjects());
    more.values().removeIf(count -> count <= FEW);
    assertEquals(Map.of(), more, "objects that " + node.id() + " has more than at the start");
  }

  /** Less is no leak: a bucket of a rate goes seconds after it was last asked. */
  private static Map<String, Integer> more(Map<String, Integer> before, Map<String, Integer> now) {
    Map<String, Integer> more = new TreeMap<>();
    now.forEach((name, count) -> more.put(name, count - before.getOrDefault(name, 0)));
    more.values().removeIf(count -> count <= 0);
    return more;
  }
}
