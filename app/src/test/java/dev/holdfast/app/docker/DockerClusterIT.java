package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.Repeatedly;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three nodes in containers, and what may happen to containers. */
@ExtendWith(NeedsDocker.class)
class DockerClusterIT {
  private static final int CLIENTS = 12;

  private final String tenant = "t-" + Ids.fresh();

  @Repeatedly
  void sessionsOfAContainerThatIsKilledGoOnOnTheOthers() {
    try (var cluster = DockerCluster.start(3);
        var load = Load.start(cluster, tenant, CLIENTS)) {
      load.awaitAcknowledged(100);
      assertFalse(load.on("n2").isEmpty(), "nobody is on the node that is to be killed");

      cluster.node("n2").kill();
      load.awaitGoneFrom("n2");
      load.awaitAcknowledged(200);

      assertEquals(List.of(), load.violations());
    }
  }

  @Repeatedly
  void aContainerThatIsCutFromRedisAndTheOthersGivesItsClientsAwayAndComesBack() {
    try (var cluster = DockerCluster.start(3);
        var load = Load.start(cluster, tenant, CLIENTS)) {
      load.awaitAcknowledged(100);
      NodeContainer lost = cluster.node("n2");

      lost.cut();
      Awaitility.await("it says that it is not ready")
          .atMost(Duration.ofSeconds(30))
          .until(() -> !cluster.isReady(lost));
      load.awaitGoneFrom("n2");
      load.awaitAcknowledged(200);
      lost.heal();
      cluster.awaitMembers(3);

      assertEquals(List.of(), load.violations());
    }
  }

  @Repeatedly
  void allThreeAreReplacedOneAfterTheOther() {
    try (var cluster = DockerCluster.start(3);
        var load = Load.start(cluster, tenant, CLIENTS)) {
      load.awaitAcknowledged(100);
      // The last of the old ones stays for those who know no new address; a proxy would know them.
      for (String old : List.of("n1", "n2")) {
        cluster.add();
        cluster.node(old).end();
        load.awaitGoneFrom(old);
        cluster.remove(cluster.node(old));
        cluster.awaitMembers(3);
      }
      load.awaitAcknowledged(200);

      assertEquals(List.of(), load.violations());
    }
  }
}
