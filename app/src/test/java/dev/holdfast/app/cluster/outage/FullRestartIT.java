package dev.holdfast.app.cluster.outage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything is killed at once, Redis too, whose disk is all that is left. */
@ExtendWith(ClusterExtension.class)
class FullRestartIT {
  private static final int CLIENTS = 12;

  @Repeatedly
  void sessionsResumeAndNothingAcknowledgedIsLost() {
    String tenant = "t-" + Ids.fresh();
    try (var cluster = TestCluster.start(2);
        var traffic = new Traffic(tenant)) {
      for (int i = 0; i < CLIENTS; i++) {
        traffic.add("user" + i, cluster.client(tenant, "user" + i));
      }
      try (var before = BusService.join(cluster, "before")) {
        traffic.start(before);
        traffic.awaitAcknowledged(200);
        traffic.withoutService();
        // While clients publish and read.
        cluster.redis().kill();
        cluster.killAll();
      }

      cluster.redis().start();
      cluster.startAll();
      try (var after = BusService.join(cluster, "after")) {
        traffic.start(after);
        traffic.awaitAcknowledged(100);
        traffic.settle();
      }

      assertEquals(List.of(), traffic.violations());
      for (WsTestClient client : traffic.clients()) {
        assertTrue(client.ledger().all(Entry.Welcomed.class).size() > 1, "never came back");
      }
    }
  }
}
