package dev.holdfast.app.cluster.outage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Wires;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Nodes that reach each other, and not Redis. One that was cut off alone kept its clients without
 * events, for as long as it lasted; the others ended their sessions meanwhile.
 */
@ExtendWith(ClusterExtension.class)
class CutFromRedisIT {
  private static final Duration LINGER = Duration.ofSeconds(12);

  @BeforeAll
  static void here() {
    Assumptions.assumeTrue(Wires.canBeHad());
  }

  @Repeatedly
  void clientsOfANodeThatAloneIsCutOffLiveOnElsewhere() {
    String tenant = "t-" + Ids.fresh();
    var options =
        ClusterOptions.of(3)
            .withWires()
            .with("lease.lease", "3s")
            .with("sessions.linger", LINGER.toSeconds() + "s");
    try (var cluster = TestCluster.start(options);
        var service = BusService.join(cluster, "orders");
        var traffic = new Traffic(tenant)) {
      for (int i = 0; i < 6; i++) {
        List<java.net.URI> urls = List.of(cluster.node(1).url(), cluster.node(2 + i % 2).url());
        traffic.add("user" + i, cluster.client(tenant, "user" + i, urls));
      }
      traffic.start(service);
      traffic.awaitAcknowledged(50);
      TestNode cut = cluster.node(1);
      List<WsTestClient> orphans = traffic.clients();
      assertTrue(orphans.stream().anyMatch(client -> client.welcome().node().equals(cut.id())));

      lanes(cluster, cut).forEach(Lane::hold);
      Awaitility.await("its clients are elsewhere")
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  orphans.stream()
                      .allMatch(c -> c.isConnected() && !c.welcome().node().equals(cut.id())));
      traffic.awaitAcknowledged(50);
      lanes(cluster, cut).forEach(Lane::pass);
      cluster.awaitReady();
      traffic.settle();

      assertEquals(List.of(), traffic.violations());
      orphans.forEach(CutFromRedisIT::assertNeverTerminal);
    }
  }

  private static void assertNeverTerminal(WsTestClient client) {
    client
        .ledger()
        .all(Entry.Closed.class)
        .forEach(closed -> assertTrue(closed.code() < 4500, () -> "closed " + closed.code()));
    var welcomes = client.ledger().all(Entry.Welcomed.class);
    welcomes.stream().skip(1).forEach(welcome -> assertTrue(welcome.resumed(), "another session"));
  }

  private static List<Lane> lanes(TestCluster cluster, TestNode node) {
    Wires wires = cluster.wires();
    return Stream.of(wires.lane(node.id(), Wires.REDIS), wires.lane(Wires.REDIS, node.id()))
        .toList();
  }
}
