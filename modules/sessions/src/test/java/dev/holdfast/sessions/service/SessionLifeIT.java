package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.service;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class SessionLifeIT {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final ChannelName NEWS = ChannelName.topic("news");

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private String redis;
  private SessionsNode node;

  @BeforeEach
  void start(TestRedis shared) {
    redis = shared.uri();
    node = SessionsNode.start(redis, lingering(SHORT));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void detachedSessionEndsAfterItsLingerAndLeavesNothing() {
    SessionRef session = node.attach(ann, null).session();
    fill(session);
    node.detach(session);

    untilSweptAway();

    assertEquals(
        List.of(
            SessionEvent.Kind.OPENED,
            SessionEvent.Kind.ATTACHED,
            SessionEvent.Kind.DETACHED,
            SessionEvent.Kind.ENDED),
        node.eventsOf(session.session()));
    SessionEvent last = endOf(node, session);
    assertEquals("expired", last.reason());
    assertEquals("ann", last.user());
  }

  @Test
  void sessionPastItsLingerIsRefusedAlsoWhereNobodySweeps() {
    SessionRef session = node.attach(ann, null).session();
    node.detach(session);
    untilGone(session);

    Attached attached = node.attach(ann, session.session());

    assertFalse(attached.resumed());
    assertEquals(List.of(), dueOf(attached.session()));
    untilNotDue(session);
    assertTrue(node.attach(ann, attached.session().session()).resumed());
  }

  @Test
  void sweeperLeavesAloneWhoCameBackAndForgetsTheDueTime() {
    try (SessionsNode patient = SessionsNode.start(redis, lingering(Duration.ofMinutes(2)))) {
      SessionRef session = patient.attach(ann, null).session();
      patient.detach(session);
      assertTrue(patient.attach(ann, session.session()).resumed());
      lookNow(session);

      patient.sweep();

      assertEquals(List.of(), dueOf(session));
      assertEquals(2, view(session).attachedTo().generation());
      assertFalse(patient.eventsOf(session.session()).contains(SessionEvent.Kind.ENDED));
    }
  }

  @Test
  void sweeperComesBackWhenTheDueTimeItFindsIsLater() {
    try (SessionsNode patient = SessionsNode.start(redis, lingering(Duration.ofMinutes(2)))) {
      SessionRef session = patient.attach(ann, null).session();
      patient.detach(session);
      lookNow(session);

      patient.sweep();

      assertEquals(List.of(view(session).endsAt()), dueOf(session));
    }
  }

  @Test
  void touchStartsTheLingerAnew() {
    try (SessionsNode patient = SessionsNode.start(redis, lingering(Duration.ofMinutes(2)))) {
      SessionView view = await(patient.client.ask(create("ann", Map.of())));
      assertEquals(List.of(SessionEvent.Kind.OPENED), patient.eventsOf(view.session()));
      var touch = new SessionMessage.Touch(ann, tenant, view.session());

      Awaitility.await()
          .until(
              () -> {
                await(patient.client.ask(touch));
                return view(new SessionRef(tenant, view.session(), 0)).endsAt() > view.endsAt();
              });
    }
  }

  @Test
  void sweeperDetachesWhatIsAttachedToADeadNode() {
    SessionRef session = node.attach(ann, null).session();
    lookNow(session);
    List<Integer> shard = List.of(Keys.shard(session.session()));

    await(node.client.ask(new SessionMessage.Sweep(shard, Set.of(node.id))));

    assertTrue(node.eventsOf(session.session()).contains(SessionEvent.Kind.DETACHED));
    assertEquals(Set.of(), node.nodeIndex());
    untilSweptAway();
  }

  @Test
  void endThatANodeCouldNotPublishIsPublishedByAnother() {
    Promise<Void> never = Promise.promise();
    SessionsNode dying =
        SessionsNode.start(
            RedisConfig.of(redis),
            lingering(SHORT),
            event ->
                event.kind() == SessionEvent.Kind.ENDED
                    ? never.future()
                    : Future.succeededFuture());
    SessionRef session = dying.attach(ann, null).session();
    fill(session);
    dying.detach(session);
    untilGone(session);
    List<Integer> shard = List.of(Keys.shard(session.session()));
    dying.client.ask(new SessionMessage.Sweep(shard, Set.of()));
    Awaitility.await()
        .until(() -> dying.eventsOf(session.session()).contains(SessionEvent.Kind.ENDED));
    dying.close();
    assertFalse(node.leftOf(tenant).isEmpty());
    assertFalse(node.attach(user(tenant, "bob"), session.session()).resumed());

    node.sweep();

    assertEquals(List.of(SessionEvent.Kind.ENDED), node.eventsOf(session.session()));
    String tag = "hf:*{" + tenant + ":" + session.session() + "}*";
    assertEquals(0, node.redis("KEYS", tag).size());
    assertEquals(List.of(), dueOf(session));
  }

  @Test
  void endsArePublishedOneByOneByWhoeverAnswersOnAnotherThread() {
    try (SessionsNode other =
        SessionsNode.start(
            RedisConfig.of(redis), lingering(SHORT), event -> node.raw.send("PING").mapEmpty())) {
      for (int i = 0; i < 30; i++) {
        other.detach(other.attach(ann, null).session());
      }
      Awaitility.await()
          .untilAsserted(
              () -> {
                other.sweep();
                assertEquals(List.of(), other.leftOf(tenant));
              });
      long ended =
          other.events.stream()
              .filter(e -> e.tenant().equals(tenant) && e.kind() == SessionEvent.Kind.ENDED)
              .count();
      assertEquals(30, ended, "each once");
    }
  }

  @Test
  void closeEndsAtOnceFromAnyNodeAndNotifiesTheHolder() {
    try (SessionsNode other = SessionsNode.start(redis, lingering(SHORT))) {
      SessionRef session = other.attach(ann, null).session();
      fill(session);
      await(
          node.client.ask(
              new SessionMessage.Close(service(tenant), tenant, session.session(), "revoked")));

      assertEquals(List.of(), node.leftOf(tenant));
      assertEquals(Set.of(), other.nodeIndex());
      SessionEvent ended = endOf(node, session);
      assertEquals("revoked", ended.reason());
      assertEquals(other.id, ended.node());
      other.detach(session);
      other.sweep();
      untilSweptAway();
    }
  }

  /** Any user could fill the list of revocations, each time with a token of its own. */
  @Test
  void aUserClosesItsSessionAsRevokedOnlyWithThePermissionToRevoke() {
    SessionRef session = node.attach(ann, null).session();
    var may = new Caller.User(tenant, "ann", Set.of(), Set.of("tokens:revoke"));

    assertEquals(
        ErrorCode.FORBIDDEN,
        SessionsNode.code(
            node.client.ask(new SessionMessage.Close(ann, tenant, session.session(), "revoked"))));
    assertTrue(node.attach(ann, session.session()).resumed());
    await(node.client.ask(new SessionMessage.Close(may, tenant, session.session(), "revoked")));
    assertEquals("revoked", endOf(node, session).reason());
  }

  @Test
  void closedSessionsConnectionIsNotified() {
    SessionRef session = node.attach(ann, null).session();

    await(node.client.ask(new SessionMessage.Close(ann, tenant, session.session(), "closed")));

    var ended = new NodeNotice.Ended(tenant, session.session(), session.generation(), "closed");
    Awaitility.await().until(() -> node.notices.contains(ended));
    assertFalse(node.attach(ann, session.session()).resumed());
  }

  @Test
  void lingerIsTheTenants() {
    var config = lingering(SHORT).withTenantLinger(Map.of(tenant, Duration.ofMinutes(30)));
    try (SessionsNode other = SessionsNode.start(redis, config)) {
      Attached attached = other.attach(ann, null);
      other.detach(attached.session());

      assertEquals(1_800_000, attached.linger());
      long now = node.redis("TIME").at(0).asLong() * 1_000;
      assertTrue(view(attached.session()).endsAt() > now + 1_700_000);
      long score = dueOf(attached.session()).get(0);
      assertTrue(Math.abs(score - view(attached.session()).endsAt()) < 1_000);
    }
  }

  @Test
  void everyKeyHasABound() {
    SessionRef session = node.attach(ann, null).session();
    fill(session);

    List<String> keys = node.leftOf(tenant);

    assertEquals(7, keys.size(), keys.toString());
    assertTrue(node.redis("PTTL", Keys.nodeSessions(node.id)).asLong() > 0);
    keys.forEach(key -> assertTrue(node.redis("PTTL", key).asLong() > 0, key));
  }

  private static SessionEvent endOf(SessionsNode node, SessionRef session) {
    return node.events.stream()
        .filter(event -> event.session().equals(session.session()))
        .filter(event -> event.kind() == SessionEvent.Kind.ENDED)
        .findFirst()
        .orElseThrow();
  }

  /** As if its due time, as the index has it, had come. */
  private void lookNow(SessionRef session) {
    String member = SessionKey.of(session).toString();
    node.redis("ZADD", Keys.due(Keys.shard(session.session())), 1, member);
  }

  private void fill(SessionRef session) {
    var at = new Position("E1", 1);
    await(node.client.ask(new SessionMessage.Subscribe(session, Map.of(NEWS, at))));
    await(node.client.ask(new SessionMessage.NotePublishing(session, NEWS, null)));
    var own = new Channel(tenant, ChannelName.session(session.session()));
    node.redis("HSET", Keys.meta(own), "e", "E1");
    node.redis("PEXPIRE", Keys.meta(own), 600_000);
    node.redis("XADD", Keys.log(own), "1-0", "b", "x");
    node.redis("PEXPIRE", Keys.log(own), 600_000);
  }

  private void untilSweptAway() {
    Awaitility.await()
        .untilAsserted(
            () -> {
              node.sweep();
              assertEquals(List.of(), node.leftOf(tenant));
            });
  }

  private void untilNotDue(SessionRef session) {
    Awaitility.await()
        .untilAsserted(
            () -> {
              node.sweep();
              assertEquals(List.of(), dueOf(session));
            });
  }

  private void untilGone(SessionRef session) {
    var get = new SessionMessage.Get(ann, tenant, session.session());
    Awaitility.await().until(() -> SessionsNode.refusal(node.client.ask(get)).startsWith("NOT_"));
  }

  private List<Long> dueOf(SessionRef session) {
    String key = Keys.due(Keys.shard(session.session()));
    var score = node.redis("ZSCORE", key, SessionKey.of(session).toString());
    return score.isNull() ? List.of() : List.of(score.asLong());
  }

  private SessionView view(SessionRef session) {
    return await(node.client.ask(new SessionMessage.Get(ann, tenant, session.session())));
  }

  private SessionMessage.Create create(String user, Map<String, String> attributes) {
    return new SessionMessage.Create(service(tenant), tenant, user, attributes);
  }

  private static SessionsConfig lingering(Duration linger) {
    return SessionsConfig.defaults().withLinger(linger);
  }
}
