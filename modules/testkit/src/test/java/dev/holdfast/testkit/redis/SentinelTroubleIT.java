package dev.holdfast.testkit.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.embedded.FreePorts;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.topology.SentinelConfig;
import dev.holdfast.redis.topology.ServerAddress;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real sentinels that are set up badly: a line says what to do, and what works goes on. */
class SentinelTroubleIT {
  private static final String NAME = "main";

  /** Other tests of this JVM log what their links do, too. */
  private static final String PURPOSE = "sentinel-trouble";

  private static TestRedis master;
  private static TestRedis other;

  private final LinkLog log = new LinkLog();
  private final Vertx vertx = Vertx.vertx();
  private final String nobody = "redis://127.0.0.1:" + FreePorts.take();

  @BeforeAll
  static void startServers() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    master = TestRedis.own();
    other = TestRedis.own();
  }

  @AfterAll
  static void closeServers() {
    master.close();
    other.close();
    Awaitility.reset();
  }

  @AfterEach
  void close() {
    ClusterBench.get(vertx.close());
    log.close();
  }

  private static SentinelServer watching(String uri) {
    return new SentinelServer(master.binary(), NAME, uri);
  }

  private static RedisConfig patient(String uri) {
    return RedisConfig.of(uri)
        .withCommandTimeout(Duration.ofSeconds(10))
        .withConnectTimeout(Duration.ofSeconds(10))
        .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100));
  }

  private static RedisConfig by(SentinelServer... sentinels) {
    List<ServerAddress> addresses =
        Arrays.stream(sentinels).map(one -> ServerAddress.parse(one.address())).toList();
    return patient("redis://sentinels").withSentinel(SentinelConfig.of(NAME, addresses));
  }

  private Future<RedisLink> opening(RedisConfig config) {
    Promise<RedisLink> opened = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(
            now ->
                RedisLink.open(vertx, config, PURPOSE, new SimpleMeterRegistry())
                    .onComplete(opened));
    return opened.future();
  }

  private static String name(RedisLink link) {
    return link.shards().get(0).address().toString();
  }

  private static String address(TestRedis redis) {
    return URI.create(redis.uri()).getAuthority();
  }

  private static void counts(RedisLink link, int times) {
    for (int i = 0; i < times; i++) {
      ClusterBench.get(link.send("INCR", "test:trouble"));
    }
  }

  @Test
  void aSentinelThatNamesADeadMasterIsReportedWithWhatToDo() {
    try (SentinelServer wrong = watching(nobody)) {
      await()
          .until(
              () -> {
                String refused = refusal(by(wrong));
                return refused.contains(nobody.substring(8)) && refused.contains("can't be used");
              });
      log.await("no master of main is known", nobody.substring(8), "SENTINEL REMOVE");
    }
  }

  @Test
  void aSentinelThatNamesADeadMasterKeepsNobodyFromTheOneThatMostName() {
    try (SentinelServer wrong = watching(nobody);
        SentinelServer right = watching(master.uri());
        SentinelServer right2 = watching(master.uri())) {
      RedisLink link = opened(by(wrong, right, right2));
      counts(link, 20);
      assertEquals(address(master), name(link));
    }
  }

  @Test
  void twoThatDisagreeAreReportedAndTheMasterInUseStays() {
    try (SentinelServer one = watching(master.uri());
        SentinelServer two = watching(master.uri())) {
      RedisLink link = opened(by(one, two));
      one.call("SENTINEL", "REMOVE", NAME);
      URI at = URI.create(other.uri());
      one.call("SENTINEL", "MONITOR", NAME, at.getHost(), Integer.toString(at.getPort()), "2");

      log.await(address(master) + " (config", "stays the master of main", "sentinels disagree");
      log.await("SENTINEL MASTER main at each; at those that are wrong SENTINEL REMOVE main");
      counts(link, 20);
      assertEquals(address(master), name(link));

      one.call("SENTINEL", "REMOVE", NAME);
      URI again = URI.create(master.uri());
      String port = Integer.toString(again.getPort());
      one.call("SENTINEL", "MONITOR", NAME, again.getHost(), port, "2");
      log.await("the sentinels of main name its master, " + address(master));
    }
  }

  @Test
  void aReplicaThatAnswersIsRefusedWithWhatToDo() {
    URI at = URI.create(master.uri());
    other.call("REPLICAOF", at.getHost(), Integer.toString(at.getPort()));
    try {
      String refused = refusal(patient(other.uri()));
      assertTrue(refused.contains("the server is a replica, not a primary"), refused);
    } finally {
      other.call("REPLICAOF", "NO", "ONE");
    }
  }

  /** A link that was up goes on trying, and says why it stays down. */
  @Test
  void aMasterThatBecomesAReplicaIsReportedUntilItIsOneNoMore() {
    RedisLink link = opened(patient(other.uri()));
    URI at = URI.create(master.uri());
    other.call("REPLICAOF", at.getHost(), Integer.toString(at.getPort()));
    try {
      log.await(
          "Redis link " + PURPOSE + " stays down", "is a replica", "name its primary in redis.uri");
      assertFalse(link.up());
    } finally {
      other.call("REPLICAOF", "NO", "ONE");
    }
    await().until(link::up);
    counts(link, 1);
  }

  /** Opens as a node does that starts: again, until the sentinels know the master. */
  private RedisLink opened(RedisConfig config) {
    Optional<RedisLink> link =
        await()
            .until(
                () ->
                    ClusterBench.get(opening(config).map(Optional::of).otherwise(Optional.empty())),
                Optional::isPresent);
    return link.orElseThrow();
  }

  private String refusal(RedisConfig config) {
    return ClusterBench.get(
        opening(config)
            .map("opened")
            .recover(refused -> Future.succeededFuture(String.valueOf(refused.getMessage()))));
  }
}
