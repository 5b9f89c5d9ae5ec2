package dev.holdfast.testkit.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.topology.Slots;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Links to a real cluster whose slots move. */
class ClusterMovesIT {
  @RegisterExtension static final OwnCluster OWN = new OwnCluster();

  private final ClusterServers cluster = OWN.servers();
  private ClusterBench bench;
  private String key;

  @BeforeEach
  void open() {
    bench = new ClusterBench(cluster);
    key = "test:{" + bench.tag + "}";
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void slotsThatMoveUnderLoadLoseNothingAndKeepTheOrder() {
    RedisLink link = bench.opened();
    int slot = Slots.of(key);
    ClusterServer from = cluster.masterOf(key);
    ClusterServer to = bench.another(from);
    var pusher = bench.new Pusher(link, key);
    for (int i = 0; i < 5; i++) {
      pusher.awaitMore(200);
      cluster.move(slot, to);
      pusher.awaitMore(200);
      cluster.move(slot, from);
    }
    pusher.awaitMore(200);
    pusher.end();

    List<Long> stored = ClusterBench.pushed(link, key);
    ClusterBench.assertRising(stored);
    assertEquals(List.copyOf(pusher.done), stored, "what was answered, and nothing else");
    pusher.failures.forEach(
        failure -> assertTrue(failure.contains("nothing done"), "unexpected: " + failure));
    assertTrue(
        bench.registry.get("holdfast.redis.redirects").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum()
            > 0);
  }

  /** Its keys are partly here and partly there: the shard that has them all is waited for. */
  @Test
  void aCallWaitsForASlotOnItsWay() {
    RedisLink link = bench.opened();
    int slot = Slots.of(key);
    ClusterServer from = cluster.masterOf(key);
    ClusterServer to = bench.another(from);
    ClusterBench.get(link.send("RPUSH", key, 0));
    cluster.beginMove(slot, from, to);
    Future<Reply> waits = bench.push(link, key, 1);
    Future<Reply> behind = bench.push(link, key, 2);
    await()
        .until(
            () -> {
              var asked =
                  bench.registry.find("holdfast.redis.redirects").tag("kind", "tryagain").counter();
              return asked != null && asked.count() > 0;
            });
    assertFalse(waits.isComplete());
    cluster.moveKeys(slot, from, to);
    cluster.endMove(slot, from, to);

    assertTrue(
        ClusterBench.get(waits)
            .at(1)
            .asText()
            .startsWith(ClusterBench.get(behind).at(0).asText().split("-")[0]));
    assertEquals(List.of(0L, 1L, 2L), ClusterBench.pushed(link, key));
    cluster.move(slot, from);
  }

  @Test
  void aCallThatWaitsTooLongForASlotDoesNothing() {
    RedisLink link = bench.opened();
    int slot = Slots.of(key);
    ClusterServer from = cluster.masterOf(key);
    ClusterServer to = bench.another(from);
    ClusterBench.get(link.send("RPUSH", key, 0));
    cluster.beginMove(slot, from, to);

    HoldfastException failure = ClusterBench.refused(bench.push(link, key, 1));
    assertEquals(ErrorCode.UNAVAILABLE, failure.code());
    assertTrue(failure.getMessage().contains("nothing done"), failure.getMessage());
    cluster.moveKeys(slot, from, to);
    cluster.endMove(slot, from, to);
    assertEquals(List.of(0L), ClusterBench.pushed(link, key));
    cluster.move(slot, from);
  }

  @Test
  void aReplicaThatIsPromotedByOrderIsFollowedWithoutLoss() {
    RedisLink link = bench.opened();
    ClusterServer replica =
        cluster.servers().stream().filter(server -> !server.isMaster()).findFirst().orElseThrow();
    String of = replica.call("INFO", "replication");
    ClusterServer master =
        cluster.servers().stream()
            .filter(server -> of.contains("master_port:" + server.port() + "\r\n"))
            .findFirst()
            .orElseThrow();
    key = bench.keyAt(master);
    var pusher = bench.new Pusher(link, key);
    pusher.awaitMore(100);
    replica.call("CLUSTER", "FAILOVER");
    await().until(replica::isMaster);
    pusher.awaitMore(100);
    pusher.end();

    List<Long> stored = ClusterBench.pushed(link, key);
    ClusterBench.assertRising(stored);
    assertTrue(stored.containsAll(pusher.done));
  }

  @Test
  void aMasterThatIsAddedServesWhatIsMovedToIt() {
    RedisLink link = bench.opened();
    ClusterServer from = cluster.masterOf(key);
    var pusher = bench.new Pusher(link, key);
    pusher.awaitMore(100);
    ClusterServer added = cluster.add();
    cluster.move(Slots.of(key), added);
    pusher.awaitMore(100);
    await().until(() -> link.shards().size() == 4);
    cluster.move(Slots.of(key), from);
    pusher.awaitMore(100);
    pusher.end();

    assertEquals(List.copyOf(pusher.done), ClusterBench.pushed(link, key));
  }
}
