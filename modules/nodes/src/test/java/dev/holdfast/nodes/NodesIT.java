package dev.holdfast.nodes;

import static dev.holdfast.nodes.Cluster.LEASE;
import static dev.holdfast.nodes.Cluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.connections.LiveNodes;
import dev.holdfast.sessions.service.SessionEvent;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Redis for each test, because leases are the whole server's. */
@ExtendWith(RedisExtension.class)
class NodesIT {
  private TestRedis redis;
  private Cluster cluster;

  @BeforeEach
  void start(@OwnRedis TestRedis own) {
    redis = own;
    cluster = Cluster.start(own.uri(), Duration.ofMinutes(2));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void nodesSeeEachOtherComeAndGo() {
    List<Set<NodeId>> seen = new CopyOnWriteArrayList<>();
    NodesVerticle first = cluster.node(cluster.undeployed().onNodes(seen::add));
    assertTrue(first.leaseHeld());
    assertEquals(Set.of(first.node()), seen.get(0));

    NodesVerticle second = cluster.node();
    Set<NodeId> both = Set.of(first.node(), second.node());
    Awaitility.await().until(() -> first.live().equals(both));
    assertEquals(both, second.live());
    cluster.stop(second);

    Awaitility.await().until(() -> first.live().equals(Set.of(first.node())));
    assertEquals(List.of(Set.of(first.node()), both, Set.of(first.node())), seen);
    assertFalse(second.leaseHeld());
  }

  /** A node that starts compares it with its own way to Redis. */
  @Test
  void nodesSayByWhatTheyFindTheirRedis() {
    NodesVerticle node = cluster.node();
    assertEquals(Map.of(node.node(), "server"), Cluster.await(LiveNodes.topologies(cluster.raw)));
    assertEquals("test", Cluster.await(LiveNodes.read(cluster.raw)).get(node.node()).version());
  }

  @Test
  void sessionsOfANodeThatDiedAreDetachedAndItIsBuried() {
    NodeId dead = cluster.dying(LEASE);
    List<SessionRef> sessions = cluster.attachMany(450, dead);
    List<Set<NodeId>> reported = new CopyOnWriteArrayList<>();
    cluster.node(cluster.undeployed().onDead(reported::add));

    Awaitility.await().until(() -> cluster.isBuried(dead));
    Awaitility.await().until(() -> reported.equals(List.of(Set.of(dead))));

    assertFalse(cluster.anyAttached(sessions));
    assertEquals(450, count(SessionEvent.Kind.DETACHED));
    assertEquals(1, cluster.meters.counter("holdfast.nodes.reaped").count());
    NodeId elsewhere = cluster.node().node();
    assertTrue(cluster.attach(cluster.ann, sessions.get(7).session(), elsewhere).resumed());
  }

  @Test
  void twoNodesThatDieAtOnceAreBothReapedByWhoeverIsLeft() {
    NodeId one = cluster.dying(LEASE);
    NodeId two = cluster.dying(LEASE);
    List<SessionRef> ofOne = cluster.attachMany(30, one);
    List<SessionRef> ofTwo = cluster.attachMany(30, two);
    cluster.node();
    cluster.node();

    Awaitility.await().until(() -> cluster.isBuried(one) && cluster.isBuried(two));

    assertFalse(cluster.anyAttached(ofOne) || cluster.anyAttached(ofTwo));
    assertEquals(60, count(SessionEvent.Kind.DETACHED), "each once");
  }

  @Test
  void anotherGoesOnWhereAClaimerDiedInTheMiddle() {
    NodeId dead = cluster.dying(Duration.ofMillis(50));
    List<SessionRef> sessions = cluster.attachMany(20, dead);
    NodeId claimer = cluster.dying(Duration.ofMinutes(1));
    Awaitility.await()
        .until(() -> await(cluster.store.claim(dead, claimer)) == NodeStore.Claim.CLAIMED);
    await(cluster.sessions.ask(new SessionMessage.Reap(dead, 5)));
    assertEquals(5, count(SessionEvent.Kind.DETACHED));

    NodesVerticle other = cluster.node();
    assertEquals(NodeStore.Claim.TAKEN, await(cluster.store.claim(dead, other.node())));
    cluster.redis("ZADD", Keys.leases(), 1, claimer.toString());

    Awaitility.await().until(() -> cluster.isBuried(dead) && cluster.isBuried(claimer));
    assertFalse(cluster.anyAttached(sessions));
    assertEquals(20, count(SessionEvent.Kind.DETACHED), "each once");
  }

  @Test
  void claimsAreForTheLivingAndOfTheDeadOnly() {
    NodeId live = cluster.dying(Duration.ofMinutes(1));
    NodeId dead = cluster.dying(Duration.ofMillis(1));
    NodeId alsoDead = cluster.dying(Duration.ofMillis(1));
    NodeId unknown = new NodeId("never", 1);
    Awaitility.await()
        .until(() -> await(cluster.store.claim(dead, live)) == NodeStore.Claim.CLAIMED);

    assertEquals(NodeStore.Claim.LOST, await(cluster.store.claim(dead, alsoDead)));
    assertEquals(NodeStore.Claim.GONE, await(cluster.store.claim(unknown, live)));
    NodeId rival = cluster.dying(Duration.ofMinutes(1));
    assertEquals(NodeStore.Claim.LIVE, await(cluster.store.claim(live, rival)));
    assertEquals(NodeStore.Claim.TAKEN, await(cluster.store.claim(dead, rival)));
    assertFalse(await(cluster.store.bury(dead, rival)));
    assertTrue(await(cluster.store.bury(dead, live)));
  }

  @Test
  void aNodeThatWakesAfterItWasClaimedHasLostItsLeaseForGood() {
    NodeId sleeper = cluster.dying(Duration.ofMillis(1));
    NodeId claimer = cluster.dying(Duration.ofMinutes(1));
    assertTrue(await(cluster.store.renew(sleeper, Duration.ofMillis(1))).held(), "not claimed yet");
    Awaitility.await()
        .until(() -> await(cluster.store.claim(sleeper, claimer)) == NodeStore.Claim.CLAIMED);

    assertFalse(await(cluster.store.renew(sleeper, LEASE)).held());
    await(cluster.store.bury(sleeper, claimer));
    assertFalse(await(cluster.store.renew(sleeper, LEASE)).held());
    cluster.redis("DEL", Keys.buried());
    assertFalse(await(cluster.store.renew(sleeper, LEASE)).held(), "also when all have forgotten");
  }

  @Test
  void whatAWokenNodeDoesForSessionsThatMovedHasNoEffect() {
    NodeId sleeper = cluster.dying(LEASE);
    SessionRef old = cluster.attach(cluster.ann, sleeper);
    NodesVerticle node = cluster.node();
    // On a slow machine the sleeper may be buried before the attach, which is then undone a little
    // later.
    Awaitility.await().until(() -> cluster.isBuried(sleeper) && !cluster.attached(old));
    var entry =
        new SessionMessage.StoreCursors.Entry(
            old, Map.of(ChannelName.TENANT, new Position("E", 1)));
    var store = new SessionMessage.StoreCursors(List.of(entry));
    assertEquals(ErrorCode.SHUTTING_DOWN, whyUnheld(cluster, store), "replaced by nobody");
    String cursors = Keys.subscriptions(old.tenant(), old.session());
    assertTrue(cluster.redis("HGET", cursors, "tenant").isNull(), "and yet without effect");

    SessionRef moved = cluster.attach(cluster.ann, old.session(), node.node()).session();
    cluster.detach(old, sleeper);

    assertEquals(ErrorCode.FENCED, whyUnheld(cluster, store));
    var note = new SessionMessage.NotePublishing(old, ChannelName.TENANT, null);
    assertThrows(HoldfastException.class, () -> await(cluster.sessions.ask(note)));
    assertEquals(2, cluster.view(moved).attachedTo().generation());
  }

  @Test
  void anAttachThatABuriedNodeMakesLateIsDetached() {
    NodeId sleeper = cluster.dying(LEASE);
    cluster.node();
    Awaitility.await().until(() -> cluster.isBuried(sleeper));

    SessionRef late = cluster.attach(cluster.ann, sleeper);

    Awaitility.await().until(() -> !cluster.attached(late));
    Awaitility.await().until(() -> cluster.isBuried(sleeper));
  }

  @Test
  void aBuriedNodeIsNotifiedOnceAndHoldsNothing() {
    AtomicInteger buried = new AtomicInteger();
    NodesVerticle node = cluster.node(cluster.undeployed().onBuried(buried::incrementAndGet));
    NodeId claimer = cluster.dying(Duration.ofMinutes(1));

    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              cluster.redis("ZADD", Keys.leases(), 0, node.node().toString());
              return await(cluster.store.claim(node.node(), claimer)) == NodeStore.Claim.CLAIMED;
            });

    Awaitility.await().until(() -> buried.get() == 1);
    assertFalse(node.leaseHeld());
    cluster.stop(node);
    assertEquals(1, buried.get());
  }

  @Test
  void nobodyReapsOrSweepsBeforeItHasHeldItsLeaseForTwoPeriods() {
    NodeId dead = cluster.dying(Duration.ofMillis(1));
    SessionRef session = cluster.attach(cluster.ann, dead);
    long started = System.nanoTime();
    cluster.node();

    Awaitility.await().until(() -> !cluster.attached(session));

    long waited = System.nanoTime() - started;
    assertTrue(waited >= 2 * LEASE.toNanos(), "reaped after " + waited / 1_000_000 + " ms");
  }

  @Test
  void anOutageOfRedisEndsNobodysLeaseOrSession() {
    AtomicInteger buried = new AtomicInteger();
    NodesVerticle one = cluster.node(cluster.undeployed().onBuried(buried::incrementAndGet));
    NodesVerticle two = cluster.node(cluster.undeployed().onBuried(buried::incrementAndGet));
    SessionRef ofOne = cluster.attach(cluster.ann, one.node());
    SessionRef ofTwo = cluster.attach(cluster.ann, two.node());
    NodeId slow = cluster.dying(LEASE);
    SessionRef ofSlow = cluster.attach(cluster.ann, slow);
    NodeId dead = cluster.dying(Duration.ofMillis(1));
    Awaitility.await().until(() -> renewed(slow) && cluster.isBuried(dead));

    redis.pause();
    Awaitility.await().until(() -> !one.leaseHeld() && !two.leaseHeld());
    redis.resume();
    Awaitility.await().until(() -> one.leaseHeld() && two.leaseHeld());
    Awaitility.await().ignoreExceptions().until(() -> !cluster.redis("PING").isNull());

    assertTrue(renewed(slow), "it comes back later than the others, and not too late");
    assertTrue(cluster.attached(ofSlow));
    Awaitility.await().until(() -> cluster.isBuried(slow));
    assertEquals(0, buried.get());
    assertTrue(cluster.attached(ofOne) && cluster.attached(ofTwo));
  }

  @Test
  void aNodeThatStopsInGoodOrderLeavesNothingToReap() {
    NodesVerticle node = cluster.node();
    List<SessionRef> sessions = cluster.attachMany(5, node.node());

    cluster.stop(node);

    assertTrue(cluster.isBuried(node.node()));
    assertFalse(cluster.anyAttached(sessions));
    assertEquals(0, cluster.meters.counter("holdfast.nodes.reaped").count());
  }

  @Test
  void nodesEndSessionsThatNobodyCameBackTo() {
    cluster.close();
    cluster = Cluster.start(redis.uri(), Duration.ofMillis(200));
    NodeId node = cluster.node().node();
    cluster.node();
    List<SessionRef> sessions = cluster.attachMany(40, node);
    SessionRef stays = cluster.attach(cluster.ann, node);

    sessions.forEach(session -> cluster.detach(session, node));

    Awaitility.await().until(() -> count(SessionEvent.Kind.ENDED) == 40);
    assertTrue(cluster.attached(stays));
    String tag = "hf:*{" + cluster.tenant + "*";
    Awaitility.await().until(() -> cluster.redis("KEYS", tag).size() == 3);
    assertEquals(40, cluster.meters.counter("holdfast.sessions.swept").count());
  }

  private boolean renewed(NodeId node) {
    return await(cluster.store.renew(node, LEASE)).held();
  }

  private long count(SessionEvent.Kind kind) {
    return cluster.events.stream().filter(event -> event.kind() == kind).count();
  }

  private static ErrorCode whyUnheld(Cluster cluster, SessionMessage.StoreCursors store) {
    return await(cluster.sessions.ask(store)).entries().get(0).why();
  }
}
