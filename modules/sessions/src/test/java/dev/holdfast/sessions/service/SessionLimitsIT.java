package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.store.SessionIndex;
import dev.holdfast.sessions.store.SessionLimits;
import dev.holdfast.sessions.store.SessionStore;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One user, without any permission, made 900 sessions a second, each of which lived 2 minutes. */
@ExtendWith(RedisExtension.class)
class SessionLimitsIT {
  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private final List<SessionsNode> nodes = new ArrayList<>();
  private volatile SessionLimits limits = new SessionLimits(1_000, 3);
  private SessionsNode node;

  @BeforeEach
  void start(TestRedis redis) {
    for (int i = 0; i < 3; i++) {
      nodes.add(SessionsNode.start(redis.uri(), of -> limits));
    }
    node = nodes.get(0);
  }

  @AfterEach
  void stop() {
    nodes.forEach(SessionsNode::close);
  }

  @Test
  void aUserHasSoManySessionsAndWhatItHasGoesOn() {
    Attached first = node.attach(ann, null);
    node.attach(ann, null);
    await(node.client.ask(new SessionMessage.Create(ann, tenant, "ann", Map.of())));

    assertEquals(ErrorCode.RATE_LIMITED, code(node.attaching(ann, null)));
    var create = new SessionMessage.Create(ann, tenant, "ann", Map.of());
    assertEquals(ErrorCode.RATE_LIMITED, code(nodes.get(1).client.ask(create)));
    assertTrue(nodes.get(1).attach(ann, first.session().session()).resumed());
    node.attach(user(tenant, "eve"), null);

    var close = new SessionMessage.Close(ann, tenant, first.session().session(), "enough");
    await(node.client.ask(close));
    node.attach(ann, null);
  }

  /** Nothing is left of those that are refused: the places of others would be fewer. */
  @Test
  void exactlyAsManyAsThereMayBeComeInAtThreeNodesAtOnce() {
    limits = new SessionLimits(1_000, 50);
    assertEquals(50, opened(200, "ann"));
    assertIndexed(50, Keys.userSessions(tenant, "ann"));
  }

  @Test
  void aTenantNeverHasMoreAndWhoeverAsksAgainGetsWhatIsLeft() {
    limits = new SessionLimits(100, 1_000);
    int opened = 0;
    for (int i = 0; i < 50 && opened < 100; i++) {
      opened += opened(60, "ann" + i);
      assertTrue(opened <= 100, opened + " sessions");
    }
    assertEquals(100, opened);
    assertEquals(0, opened(60, "last"));
  }

  @Test
  void aLimitThatIsLoweredBelowItsUseTakesNothingAway() {
    List<Attached> before = List.of(node.attach(ann, null), node.attach(ann, null));
    limits = new SessionLimits(0, 0);

    assertEquals(ErrorCode.RATE_LIMITED, code(node.attaching(ann, null)));
    for (Attached one : before) {
      assertTrue(node.attach(ann, one.session().session()).resumed());
    }
  }

  /** Of a node that died between the entry and the record. */
  @Test
  void placesOfSessionsThatNeverWereAreFoundAndGivenBack() {
    String index = Keys.userSessions(tenant, "ann");
    for (int i = 0; i < 3; i++) {
      node.redis("ZADD", index, 0, Ids.fresh());
    }
    assertEquals(ErrorCode.RATE_LIMITED, code(node.attaching(ann, null)));
    var listing =
        new Listing(
            new SessionStore(node.raw, SessionsConfig.defaults()),
            new SessionIndex(node.raw, SessionsConfig.defaults()),
            new OrphanCandidates(0),
            new SimpleMeterRegistry());

    tidy(listing);
    assertIndexed(3, index);
    tidy(listing);
    assertIndexed(0, index);
    node.attach(ann, null);
  }

  private void tidy(Listing listing) {
    await(
        Future.future(
            done -> node.vertx.runOnContext(now -> listing.tidy(tenant, "ann").onComplete(done))));
  }

  private int opened(int tries, String user) {
    List<Future<Attached>> asked = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      asked.add(nodes.get(i % nodes.size()).attaching(user(tenant, user), null));
    }
    await(Future.join(asked).otherwiseEmpty());
    int opened = 0;
    for (Future<Attached> one : asked) {
      if (one.succeeded()) {
        opened++;
      } else {
        assertEquals(ErrorCode.RATE_LIMITED, code(one));
      }
    }
    return opened;
  }

  private void assertIndexed(long count, String index) {
    Awaitility.await().until(() -> node.redis("ZCARD", index).asLong() == count);
  }
}
