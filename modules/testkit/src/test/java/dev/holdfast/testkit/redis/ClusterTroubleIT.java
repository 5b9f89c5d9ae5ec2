package dev.holdfast.testkit.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.topology.Slots;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real cluster that is set up badly: a line says what to do, and what works goes on. */
class ClusterTroubleIT {
  @RegisterExtension static final OwnCluster OWN = new OwnCluster();

  private final ClusterServers cluster = OWN.servers();
  private final LinkLog log = new LinkLog();
  private ClusterBench bench;
  private ClusterServer first;
  private String key;
  private String elsewhere;

  @BeforeEach
  void open() {
    bench = new ClusterBench(cluster);
    first = cluster.servers().stream().filter(ClusterServer::isMaster).findFirst().orElseThrow();
    key = bench.keyAt(first);
    elsewhere = bench.keyAt(bench.another(first));
  }

  @AfterEach
  void close() {
    bench.close();
    log.close();
  }

  private static void awaitTrouble(RedisLink link, String... parts) {
    await()
        .until(
            () -> {
              String trouble = link.trouble().orElse("");
              return List.of(parts).stream().allMatch(trouble::contains);
            });
  }

  private void all(Consumer<ClusterServer> action) {
    cluster.servers().forEach(action);
  }

  private static void setting(ClusterServer server, String name, String value) {
    assertEquals("OK", server.call("CONFIG", "SET", name, value));
  }

  private double of(String gauge, ClusterServer server) {
    return bench.registry.get(gauge).tag("address", server.address()).gauge().value();
  }

  @Test
  void aShardThatIsFullIsNamedAndTheOthersGoOn() {
    RedisLink link = bench.opened();
    ClusterBench.get(ClusterBench.get(bench.onContext(() -> link.reserve().watch())));
    var spared = bench.new Pusher(link, elsewhere);
    spared.awaitMore(20);
    setting(first, "maxmemory", "1mb");
    try {
      HoldfastException refused = ClusterBench.refused(bench.push(link, key, 1));
      assertEquals(ErrorCode.STORE_FULL, refused.code());
      assertTrue(refused.getMessage().contains("at " + first.address()), refused.getMessage());
      await().until(() -> link.reserve().trouble().orElse("").contains(first.address()));
      String trouble = link.reserve().trouble().orElseThrow();
      assertTrue(trouble.contains("raise maxmemory"), trouble);
      assertFalse(trouble.contains(bench.another(first).address()), trouble);
      log.await(first.address(), "what grows there is refused", "raise maxmemory");
      assertEquals(1, of("holdfast.redis.shard.refusing", first));
      assertEquals(1 << 20, of("holdfast.redis.shard.memory.max", first));
      assertEquals(0, of("holdfast.redis.shard.refusing", bench.another(first)));
      spared.awaitMore(50);
    } finally {
      setting(first, "maxmemory", "0");
    }
    await().until(() -> link.reserve().trouble().isEmpty());
    ClusterBench.get(bench.push(link, key, 2));
    spared.end();
    assertEquals(List.of(), spared.failures);
    assertEquals(List.of(2L), ClusterBench.pushed(link, key));
  }

  @Test
  void aSlotThatNobodyServesIsReportedWithWhatToDo() {
    RedisLink link = bench.opened();
    var spared = bench.new Pusher(link, elsewhere);
    String slot = Integer.toString(Slots.of(key));
    first.call("CLUSTER", "DELSLOTS", slot);
    cluster.servers().stream()
        .filter(server -> server != first)
        .forEach(server -> server.call("CLUSTER", "DELSLOTS", slot));
    try {
      awaitTrouble(link, "nobody serves slots " + slot + ":", "redis-cli --cluster fix");
      log.await("nobody serves slots " + slot + ":", "redis-cli --cluster fix");
      spared.awaitMore(50);
    } finally {
      first.call("CLUSTER", "ADDSLOTS", slot);
    }
    cluster.awaitWhole();
    await().until(() -> link.trouble().isEmpty());
    spared.end();
    assertEquals(List.of(), spared.failures);
  }

  /** With full coverage a slot that nobody serves takes all others with it; without, none. */
  @Test
  void aClusterThatRefusesAllForOneSlotSaysHowToKeepTheOthers() {
    RedisLink link = bench.opened();
    String slot = Integer.toString(Slots.of(key));
    all(server -> setting(server, "cluster-require-full-coverage", "yes"));
    first.call("CLUSTER", "DELSLOTS", slot);
    cluster.servers().stream()
        .filter(server -> server != first)
        .forEach(server -> server.call("CLUSTER", "DELSLOTS", slot));
    try {
      await()
          .until(
              () -> {
                bench.push(link, elsewhere, 1);
                return link.trouble().orElse("").contains("servers refuse all slots");
              });
      awaitTrouble(link, "CLUSTERDOWN The cluster is down", "cluster-require-full-coverage no");
      log.await("servers refuse all slots", "cluster-require-full-coverage no");

      all(server -> setting(server, "cluster-require-full-coverage", "no"));
      await().until(() -> ClusterBench.get(done(link, elsewhere)));
      await().until(() -> !link.trouble().orElse("").contains("refuse all slots"));
      assertEquals(ErrorCode.UNAVAILABLE, ClusterBench.refused(link.send("GET", key)).code());
    } finally {
      all(server -> setting(server, "cluster-require-full-coverage", "no"));
      first.call("CLUSTER", "ADDSLOTS", slot);
    }
    cluster.awaitWhole();
    await().until(() -> link.trouble().isEmpty());
    await().until(() -> ClusterBench.get(done(link, key)));
  }

  private static Future<Boolean> done(RedisLink link, String key) {
    return link.send("SET", key, 1).map(true).otherwise(false);
  }

  @Test
  void aCircleIsReportedWithItsSlotAndWhatToDo() {
    RedisLink link = bench.opened();
    var spared = bench.new Pusher(link, elsewhere);
    int slot = Slots.of(key);
    String number = Integer.toString(slot);
    ClusterServer other = bench.another(first);
    first.call("CLUSTER", "SETSLOT", number, "NODE", other.id());
    try {
      ClusterBench.refused(link.send("GET", key));
      awaitTrouble(link, "slot " + slot + ", whose master answers MOVED", "--cluster check");
      log.await("slot " + slot + ", whose master answers MOVED", "CLUSTER SETSLOT " + slot);
      spared.awaitMore(50);
    } finally {
      other.call("CLUSTER", "SETSLOT", number, "NODE", other.id());
    }
    await().until(() -> ClusterBench.get(done(link, key)));
    await().until(() -> link.trouble().isEmpty());
    spared.end();
    assertEquals(List.of(), spared.failures);
    cluster.move(slot, first);
  }

  @Test
  void aPasswordThatOneShardRefusesIsReportedWithItsSlots() {
    setting(first, "requirepass", "another one");
    try {
      RedisLink link = bench.openedPartly(bench.another(first).address());
      awaitTrouble(
          link,
          "no connection to " + first.address() + " (slots ",
          "NOAUTH",
          "check user and password in redis.uri");
      log.await(first.address(), "NOAUTH", "check user and password in redis.uri");
      ClusterBench.get(link.send("SET", elsewhere, 1));
    } finally {
      first.kill();
      first.start();
    }
  }

  @Test
  void aListThatNamesOneShardAloneIsReported() {
    RedisLink link = bench.opened(first.address());
    log.await("names servers of one shard alone", first.address(), "name servers of other shards");
    ClusterBench.get(link.send("SET", elsewhere, 1));
  }

  @Test
  void aListThatNamesTwoShardsIsNot() {
    RedisLink link = bench.opened(first.address(), bench.another(first).address());
    ClusterBench.get(link.send("SET", elsewhere, 1));
    assertFalse(log.has("names servers of one shard alone, [" + first.address()));
  }

  @Test
  void aMapThatDoesNotRestHoldsUpNobodyElse() {
    RedisLink link = bench.opened();
    var spared = bench.new Pusher(link, elsewhere);
    var moving = bench.new Pusher(link, key);
    int slot = Slots.of(key);
    ClusterServer other = bench.another(first);
    long begun = System.nanoTime();
    for (int i = 0; i < 24; i++) {
      cluster.move(slot, i % 2 == 0 ? other : first);
      moving.awaitMore(8); // so that the map is asked for between two moves, too
    }
    long seconds = (System.nanoTime() - begun) / 1_000_000_000;
    if (seconds < 40) {
      log.await("the slot map changes more than 20 times a minute", "cluster-node-timeout");
    }
    spared.awaitMore(50);
    spared.end();
    moving.end();
    assertEquals(List.of(), spared.failures);
    assertEquals(List.copyOf(moving.done), ClusterBench.pushed(link, key));
  }
}
