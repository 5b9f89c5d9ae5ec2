package dev.holdfast.testkit.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Shard;
import dev.holdfast.redis.topology.Slots;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Links to a real cluster, of which parts fail. */
class ClusterIT {
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
  void callsGoToTheMasterOfTheirSlot() {
    RedisLink link = bench.opened();
    Set<ClusterServer> used = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      String key = "test:{" + bench.tag + i + "}";
      ClusterBench.get(link.send("SET", key, i));
      ClusterServer master = cluster.masterOf(key);
      assertEquals(Integer.toString(i), master.call("GET", key));
      assertEquals(Integer.parseInt(master.call("CLUSTER", "KEYSLOT", key)), Slots.of(key));
      used.add(master);
    }
    assertEquals(3, used.size());
    assertNull(
        bench.registry.find("holdfast.redis.redirects").counter(), "none was sent elsewhere");
    assertEquals(3, link.shards().size());
  }

  @Test
  void aReplicaAsTheOnlySeedIsEnough() {
    RedisLink link = bench.opened(cluster.servers().get(4).address());
    ClusterServer master = cluster.masterOf("test:{" + bench.tag + "}");
    ClusterBench.get(link.send("SET", "test:{" + bench.tag + "}", 1));
    assertTrue(master.isMaster());
    assertEquals(3, link.shards().stream().filter(Shard::isUp).count());
  }

  /** Each publication failed with CROSSSLOT, as it was taken for a server with all keys. */
  @Test
  void aLinkToOneServerIsRefusedIfThatIsInClusterMode() {
    String master = cluster.masterOf("test:{" + bench.tag + "}").address();
    RedisConfig one = RedisConfig.of("redis://" + master);
    Future<RedisLink> link = RedisLink.open(bench.vertx, one, "test", bench.registry);

    await().until(link::isComplete);
    assertTrue(link.failed());
    String message = link.cause().getMessage();
    assertTrue(message.contains("in cluster mode"), message);
  }

  @Test
  void aMasterThatIsKilledStopsOnlyItsSlots() {
    RedisLink link = bench.opened();
    ClusterServer first =
        cluster.servers().stream().filter(ClusterServer::isMaster).findFirst().orElseThrow();
    key = bench.keyAt(first);
    String other = bench.keyAt(bench.another(first));
    List<String> seen = new CopyOnWriteArrayList<>();
    ClusterBench.get(
        bench.onContext(
            () -> {
              link.onDown(slots -> seen.add("down " + slots.has(key) + " " + slots.has(other)));
              link.onUp(slots -> seen.add("up " + slots.has(key) + " " + slots.has(other)));
              return 0;
            }));
    var spared = bench.new Pusher(link, other);
    spared.awaitMore(20);
    ClusterBench.get(bench.push(link, key, 1));
    first.call("WAIT", "1", "5000");
    first.kill();
    await().until(() -> seen.contains("down true false"));
    assertTrue(link.trouble().orElseThrow().contains(first.address()), link.trouble().toString());
    cluster.awaitAnother(first, Slots.of(key));
    await().until(() -> seen.contains("up true false"));
    ClusterBench.get(bench.push(link, key, 2));
    spared.awaitMore(20);
    spared.end();

    assertEquals(List.of(), spared.failures);
    assertEquals(List.of(1L, 2L), ClusterBench.pushed(link, key));
    assertTrue(seen.stream().noneMatch(event -> event.endsWith("true true")), seen.toString());
    assertTrue(link.trouble().isEmpty(), link.trouble().toString());
  }

  @Test
  void keysOfASlotThatNobodyServesAreRefusedAndOthersServed() {
    RedisLink link = bench.opened();
    String slot = Integer.toString(Slots.of(key));
    ClusterServer master = cluster.masterOf(key);
    // Its master first: otherwise others hear from it once more that it serves the slot.
    master.call("CLUSTER", "DELSLOTS", slot);
    cluster.servers().stream()
        .filter(server -> server != master)
        .forEach(server -> server.call("CLUSTER", "DELSLOTS", slot));
    try {
      await().until(() -> link.trouble().orElse("").contains("nobody serves slots " + slot));
      // Until all have been asked anew, one of them may say otherwise.
      await()
          .until(
              () ->
                  ClusterBench.refused(link.send("GET", key))
                      .getMessage()
                      .contains("nobody serves slot " + slot));
      ClusterBench.get(link.send("SET", bench.keyOfAnotherSlot(slot), 1));
    } finally {
      master.call("CLUSTER", "ADDSLOTS", slot);
    }
    cluster.awaitWhole();
    await().until(() -> link.trouble().isEmpty());
    ClusterBench.get(link.send("SET", key, 1));
  }

  @Test
  void oneThatSendsCallsInACircleHoldsUpNobodyElse() {
    RedisLink link = bench.opened();
    String slot = Integer.toString(Slots.of(key));
    ClusterServer master = cluster.masterOf(key);
    ClusterServer other = bench.another(master);
    // A server gives away no slot with keys, and an earlier test may have left one in it.
    master.call("FLUSHALL");
    master.call("CLUSTER", "SETSLOT", slot, "NODE", other.id());
    try {
      HoldfastException failure = ClusterBench.refused(link.send("GET", key));
      assertEquals(ErrorCode.UNAVAILABLE, failure.code());
      ClusterBench.get(link.send("SET", bench.keyOfAnotherSlot(slot), 1));
    } finally {
      other.call("CLUSTER", "SETSLOT", slot, "NODE", other.id());
    }
    await().until(() -> ClusterBench.get(link.send("SET", key, 1).map(true).otherwise(false)));
    cluster.move(Integer.parseInt(slot), master);
  }

  @Test
  void aPasswordThatOneShardRefusesKeepsNobodyFromTheOthers() {
    ClusterServer closed =
        cluster.servers().stream().filter(ClusterServer::isMaster).findFirst().orElseThrow();
    key = bench.keyAt(closed);
    String other = bench.keyAt(bench.another(closed));
    closed.call("ACL", "SETUSER", "default", "-@all", "+info", "+cluster");
    try {
      Promise<RedisLink> opening = Promise.promise();
      bench.context.runOnContext(
          v ->
              RedisLink.open(
                      bench.vertx,
                      bench.config(bench.another(closed).address()),
                      "test",
                      bench.registry)
                  .onComplete(opening));
      RedisLink link = ClusterBench.get(opening.future());
      ClusterBench.get(link.send("SET", other, 1));
      assertEquals(ErrorCode.UNAVAILABLE, ClusterBench.refused(link.send("SET", key, 1)).code());
      assertTrue(link.trouble().orElseThrow().contains(closed.address()));
    } finally {
      closedAgain(closed);
    }
  }

  @Test
  void aServerWithoutAClusterIsRefusedByName() {
    try (var alone = TestRedis.own()) {
      Promise<RedisLink> opened = Promise.promise();
      bench.context.runOnContext(
          v ->
              RedisLink.open(
                      bench.vertx,
                      bench.config(alone.uri().replace("redis://", "")),
                      "test",
                      bench.registry)
                  .onComplete(opened));
      HoldfastException failure = ClusterBench.refused(opened.future());
      assertTrue(failure.getMessage().contains("no server of a cluster"), failure.getMessage());
    }
  }

  @Test
  void manyTenantsAreSpreadOverAllShards() {
    RedisLink link = bench.opened();
    List<Future<Reply>> all = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      all.add(bench.push(link, "test:{" + bench.tag + i % 300 + "}", i));
    }
    all.forEach(ClusterBench::get);
    for (int i = 0; i < 300; i++) {
      ClusterBench.assertRising(ClusterBench.pushed(link, "test:{" + bench.tag + i + "}"));
    }
  }

  private static void closedAgain(ClusterServer server) {
    server.kill();
    server.start();
  }
}
