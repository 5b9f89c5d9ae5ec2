package dev.holdfast.app.cluster;

import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session survives the kill of its node. */
@ExtendWith(ClusterExtension.class)
class KillIT {
  private static final int CLIENTS = 30;

  @Repeatedly
  void everyClientComesBackAsTheSameSessionWithExactlyWhatItMissed() {
    String tenant = "t-" + Ids.fresh();
    try (var cluster = TestCluster.start(3);
        var service = BusService.join(cluster, "orders");
        var library = new LibraryClients(cluster, tenant);
        var traffic = new Traffic(tenant)) {
      // Half of them on the second node.
      for (int i = 0; i < CLIENTS; i++) {
        traffic.add("user" + i, cluster.client(tenant, "user" + i, from(cluster, 1 + i % 4 % 3)));
      }
      traffic.start(service);
      library.start();
      traffic.awaitAcknowledged(200);

      TestNode victim = fullest(cluster, traffic);
      List<WsTestClient> orphans = on(victim, traffic);
      traffic.burst(orphans, 20);
      victim.kill();
      long unanswered = orphans.stream().mapToLong(WsTestClient::unanswered).sum();

      traffic.awaitAcknowledged(300);
      traffic.settle();

      assertEquals(List.of(), library.violations());
      assertTrue(library.comebacks() > 0, "no client of the library was on the killed node");
      assertTrue(unanswered > 0, "no answer was lost: nothing had to be sent again");
      assertEquals(List.of(), traffic.violations());
      for (WsTestClient orphan : orphans) {
        List<Entry.Welcomed> welcomes = orphan.ledger().all(Entry.Welcomed.class);
        assertTrue(welcomes.size() > 1, "never came back");
        assertTrue(welcomes.get(welcomes.size() - 1).resumed(), "came back as another");
      }
    }
  }

  private static TestNode fullest(TestCluster cluster, Traffic traffic) {
    Map<String, List<WsTestClient>> byNode =
        traffic.clients().stream().collect(groupingBy(client -> client.welcome().node()));
    return cluster.nodes().stream()
        .max(Comparator.comparing(node -> byNode.getOrDefault(node.id(), List.of()).size()))
        .orElseThrow();
  }

  private static List<WsTestClient> on(TestNode node, Traffic traffic) {
    return traffic.clients().stream()
        .filter(client -> client.welcome().node().equals(node.id()))
        .toList();
  }

  private static List<URI> from(TestCluster cluster, int index) {
    List<URI> urls = new ArrayList<>(cluster.urls());
    Collections.rotate(urls, -index);
    return urls;
  }
}
