package dev.holdfast.nodes;

import static dev.holdfast.nodes.Cluster.LEASE;
import static dev.holdfast.nodes.Cluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Broken connections, a full Redis, a Redis whose clock jumps: who lives stays, who died goes. */
@ExtendWith(RedisExtension.class)
class LeasesInBadWeatherIT {
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final AtomicInteger buried = new AtomicInteger();
  private Cluster cluster;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) {
    cluster = Cluster.start(redis.uri(), Duration.ofMinutes(2));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** The first whose link came back reaped those that were a second later: 2 of 3 living nodes. */
  @Test
  void nobodyIsReapedBeforeRenewalsHaveSucceededForTwoPeriodsAgain() {
    settledNode();
    NodeId slow = cluster.dying(Duration.ofMinutes(1));
    SessionRef session = cluster.attach(cluster.ann, slow);

    long broken = System.nanoTime();
    cluster.redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    expire(slow);
    Awaitility.await().until(() -> cluster.isBuried(slow) && !cluster.attached(session));

    long waited = System.nanoTime() - broken;
    assertTrue(waited >= 2 * LEASE.toNanos(), "reaped after " + waited / 1_000_000 + " ms");
  }

  @Test
  void aFullRedisKeepsWhoLivesAndBuriesWhoDied() {
    NodesVerticle node = settledNode();
    NodeId dead = cluster.dying(Duration.ofSeconds(2));
    SessionRef session = cluster.attach(cluster.ann, dead);

    cluster.redis("CONFIG", "SET", "maxmemory", 1);

    Awaitility.await().until(() -> cluster.isBuried(dead) && !cluster.attached(session));
    Awaitility.await().until(node::leaseHeld);
    assertTrue(cluster.node().leaseHeld(), "another one begins");
    assertEquals(0, buried.get());
  }

  /** It would have kept its lease for the hour, and its sessions attached. */
  @Test
  void aNodeThatDiedBeforeTheClockWasSetBackIsReapedAllTheSame() {
    NodesVerticle node = settledNode();
    NodeId dead = cluster.dying(Duration.ofMinutes(1));
    SessionRef session = cluster.attach(cluster.ann, dead);

    ahead(dead);
    ahead(node.node());

    Awaitility.await().until(() -> cluster.isBuried(dead) && !cluster.attached(session));
    Awaitility.await().until(node::leaseHeld);
    assertEquals(0, buried.get());
  }

  @Test
  void aNodeThatLivesWhenTheClockIsSetBackHasTheTimeToRenew() {
    settledNode();
    NodeId lives = cluster.dying(Duration.ofMinutes(1));

    ahead(lives);
    // Looked at often: of that time nothing may be lost here.
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> expiry(lives) <= now() + LEASE.toMillis());

    assertTrue(await(cluster.store.renew(lives, Duration.ofMinutes(1))).held());
  }

  /** Lets the first dead node be reaped: from then on nothing is left to wait for. */
  private NodesVerticle settledNode() {
    NodeId first = cluster.dying(Duration.ofMillis(1));
    NodesVerticle node = cluster.node(cluster.undeployed().onBuried(buried::incrementAndGet));
    Awaitility.await().until(() -> cluster.isBuried(first));
    return node;
  }

  /** As it stands after a lease's time without a renewal. */
  private void expire(NodeId node) {
    cluster.redis("ZADD", Keys.leases(), 1, node.toString());
  }

  /** As it stands after the clock of Redis was set back by an hour. */
  private void ahead(NodeId node) {
    cluster.redis("ZADD", Keys.leases(), expiry(node) + HOUR, node.toString());
  }

  private long expiry(NodeId node) {
    return cluster.redis("ZSCORE", Keys.leases(), node.toString()).asLong();
  }

  private long now() {
    return await(cluster.store.time());
  }
}
