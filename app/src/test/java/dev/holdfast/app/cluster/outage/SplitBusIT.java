package dev.holdfast.app.cluster.outage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A node that has its lease and is not heard on the bus. Health said nothing of it, while requests
 * to services failed.
 */
@ExtendWith(ClusterExtension.class)
class SplitBusIT {
  private static final String SILENT = "1 of 1 other nodes with a lease do not answer on the bus";

  @Repeatedly
  void healthNamesItAndNobodyIsTakenOffTheAir() {
    // Longer than the silence: the others take it for live.
    var options = ClusterOptions.of(2).with("lease.lease", "60s");
    try (var cluster = TestCluster.start(options)) {
      TestNode node = cluster.node(1);
      assertTrue(!health(node).contains(SILENT), () -> health(node));

      cluster.node(2).pause();
      Awaitility.await("health names the split")
          .atMost(Duration.ofSeconds(40))
          .until(() -> health(node).contains(SILENT));
      assertTrue(node.isReady(), "it takes connections");
      assertTrue(node.metrics().sum("holdfast_nodes_silent") == 1);
      cluster.node(2).resume();

      Awaitility.await("all is well")
          .atMost(Duration.ofSeconds(30))
          .until(() -> !health(node).contains(SILENT));
    }
  }

  private static String health(TestNode node) {
    try {
      var request = HttpRequest.newBuilder(node.http("/health/ready")).build();
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
