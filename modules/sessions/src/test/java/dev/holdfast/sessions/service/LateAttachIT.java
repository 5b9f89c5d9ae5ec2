package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Relay;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was written on a connection that broke is read by Redis when it gets to it, or never. */
@ExtendWith(RedisExtension.class)
class LateAttachIT {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final Position AT_7 = new Position("E1", 7);
  private static final Duration HASTY = Duration.ofMillis(500);

  /** Past the deadline of what was written before the wire broke. */
  private static final Duration PAST = HASTY.multipliedBy(5);

  /** Past the last time that an attach is taken back. */
  private static final Duration TAKEN_BACK = HASTY.multipliedBy(12);

  /** In the arguments of no other script. */
  private static final String ATTACHES = "subscribe:topic:*";

  private static final String SUBSCRIBES = "topic:news";

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private final Lane there = new Lane("node → Redis");
  private final Lane back = new Lane("Redis → node");
  private Relay relay;
  private SessionsNode slow;
  private SessionsNode other;

  @BeforeEach
  void start(TestRedis redis) {
    relay = Relay.toRedis(redis.uri(), there, back);
    RedisConfig hasty =
        RedisConfig.of(relay.redisUri())
            .withCommandTimeout(HASTY)
            .withConnectTimeout(Duration.ofSeconds(10))
            .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100));
    var config = SessionsConfig.defaults();
    slow = SessionsNode.start(hasty, config, event -> Future.succeededFuture());
    other = SessionsNode.start(redis.uri(), config);
  }

  @AfterEach
  void stop() {
    slow.close();
    other.close();
    relay.close();
  }

  /**
   * It came 14 s late, after it had been taken back twice: it threw out the client that had come
   * back, and the session was attached to nobody, in no index, for 24 h.
   */
  @Test
  void anAttachThatComesLateThrowsOutNobodyAndHoldsNothing() {
    SessionRef first = other.attach(ann, null).session();
    other.detach(first);
    lateFrom(ATTACHES);
    assertEquals(ErrorCode.UNAVAILABLE, code(slow.attaching(ann, first.session())));
    SessionRef back = other.attach(ann, first.session()).session();
    awaitRedis(TAKEN_BACK);
    arrives();

    assertEquals(new Attachment(other.id, connectionOf(back), 2), attachedTo(back));
    await(other.client.ask(new SessionMessage.Subscribe(back, Map.of(NEWS, AT_7))));
    Awaitility.await().untilAsserted(() -> assertEquals(Set.of(), other.nodeIndex(slow.id)));
    assertEquals(List.of(back.session()), other.sessionsOf(tenant));
  }

  @Test
  void aNewSessionThatIsOpenedLateIsNotThere() {
    lateFrom(ATTACHES);
    assertEquals(ErrorCode.UNAVAILABLE, code(slow.attaching(ann, null)));
    awaitRedis(TAKEN_BACK);
    arrives();

    assertEquals(List.of(), other.sessionsOf(tenant));
    Awaitility.await().untilAsserted(() -> assertEquals(Set.of(), other.nodeIndex(slow.id)));
  }

  /** A subscription that came late stood in the record, though its client had given it up. */
  @Test
  void whatWasSubscribedLateIsNotThere() {
    SessionRef session = slow.attach(ann, null).session();
    lateFrom(SUBSCRIBES);
    var subscribe = new SessionMessage.Subscribe(session, Map.of(NEWS, AT_7));
    Future<?> subscribed = slow.client.ask(subscribe);
    Future<?> noted = slow.client.ask(new SessionMessage.NotePublishing(session, NEWS, null));
    Awaitility.await().until(() -> List.of(subscribed, noted).stream().allMatch(Future::failed));
    awaitRedis(PAST);
    arrives();

    assertEquals(Set.of(), view(session).subscriptions());
    assertEquals(Set.of(), other.attach(ann, session.session()).published());
  }

  private void lateFrom(String text) {
    there.strandFrom(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains(text));
  }

  /** What is late; Redis has done what it does with it. */
  private void arrives() {
    assertNotEquals(0, there.late());
    there.pass();
    Awaitility.await().until(() -> there.late() == 0);
  }

  private void awaitRedis(Duration passes) {
    long from = redisMs();
    Awaitility.await().until(() -> redisMs() - from > passes.toMillis());
  }

  private long redisMs() {
    var time = other.redis("TIME");
    return time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000;
  }

  private SessionView view(SessionRef session) {
    return await(other.client.ask(new SessionMessage.Get(ann, tenant, session.session())));
  }

  private Attachment attachedTo(SessionRef session) {
    return view(session).attachedTo();
  }

  private String connectionOf(SessionRef session) {
    return view(session).connection().id();
  }
}
