package dev.holdfast.app.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.Ledger;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.Payload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Redis that comes back with older data: a fail-over to a replica that was behind. */
@ExtendWith(ClusterExtension.class)
class ForkIT {
  private static final String NEWS = "topic:news";

  private final String tenant = "t-" + Ids.fresh();

  @Repeatedly
  void cursorsBelowTheForkSeeNoGapThoseAboveExactlyOne() {
    try (var cluster = TestCluster.start(2);
        var service = BusService.join(cluster, "orders")) {
      WsTestClient below = reader(cluster, "below");
      WsTestClient above = reader(cluster, "above");
      WsTestClient online = reader(cluster, "online");
      publish(service, 1, 5);
      awaitCursor(below, 5);
      below.detach();
      publish(service, 6, 6);
      Path copy = cluster.redis().copyData();
      publish(service, 7, 9);
      awaitCursor(above, 9);
      awaitCursor(online, 9);
      above.detach();
      String oldEpoch = online.ledger().cursor(NEWS).epoch();

      cluster.redis().restoreFrom(copy);
      List<Position> after = publish(service, 10, 12);
      // A node that has not noticed yet would give it what it still has of what is lost.
      awaitLast(online, after.get(2));
      Traffic.await(below.connect(cluster.node(online.welcome().node()).url()));
      Traffic.await(above.connect());

      assertEquals(List.of(7L, 8L, 9L), after.stream().map(Position::seq).toList());
      after.forEach(position -> assertNotEquals(oldEpoch, position.epoch()));
      for (WsTestClient client : List.of(below, above, online)) {
        awaitLast(client, after.get(2));
      }
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 10L, 11L, 12L), read(below));
      assertEquals(List.of(), below.ledger().gaps(NEWS));
      assertOneGap(above.ledger(), new Position(oldEpoch, 9), after.get(0));
      assertOneGap(online.ledger(), new Position(oldEpoch, 9), after.get(0));
      List<Long> everything = List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
      assertEquals(everything, read(above));
      assertEquals(everything, read(online));
    }
  }

  private static void assertOneGap(Ledger ledger, Position from, Position firstAfter) {
    List<Entry.Gap> gaps = ledger.gaps(NEWS);
    assertEquals(1, gaps.size(), gaps::toString);
    assertEquals(from, gaps.get(0).from());
    assertEquals(firstAfter.at(firstAfter.seq() - 1), gaps.get(0).to());
    assertEquals("epoch", gaps.get(0).reason());
  }

  private WsTestClient reader(TestCluster cluster, String user) {
    WsTestClient client = cluster.client(tenant, user);
    Traffic.await(client.connect());
    Traffic.await(client.subscribe(NEWS));
    return client;
  }

  /** One after the other, each answered before the next. */
  private List<Position> publish(BusService service, int first, int last) {
    List<Position> positions = new ArrayList<>();
    for (int i = first; i <= last; i++) {
      positions.add(Traffic.await(service.publish(tenant, NEWS, new Payload("orders", i).data())));
    }
    assertTrue(positions.stream().allMatch(position -> position != null));
    return positions;
  }

  private static void awaitCursor(WsTestClient client, long seq) {
    Awaitility.await("the cursor comes to " + seq)
        .until(
            () -> {
              Position cursor = client.ledger().cursor(NEWS);
              return cursor != null && cursor.seq() == seq;
            });
  }

  private static void awaitLast(WsTestClient client, Position last) {
    Awaitility.await("the last one arrives").until(() -> last.equals(client.ledger().cursor(NEWS)));
  }

  private static List<Long> read(WsTestClient client) {
    return client.ledger().received(NEWS).stream()
        .map(received -> received.data().get("i").asLong())
        .toList();
  }
}
