package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A Redis with no more than its reserve left. Users without any permission filled it with sessions
 * of 768 KB each.
 */
@ExtendWith(RedisExtension.class)
class ReserveIT {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final ChannelName MORE = ChannelName.topic("more");
  private static final long LIMIT = 128 << 20;

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private SessionsNode node;
  private SessionsNode other;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) {
    redis.call("CONFIG", "SET", "maxmemory", Long.toString(LIMIT));
    var linger = SessionsConfig.defaults().withLinger(Duration.ofMillis(300));
    node = SessionsNode.start(redis.uri(), linger);
    other = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
  }

  @AfterEach
  void stop() {
    node.close();
    other.close();
  }

  @Test
  void whatIsNewIsRefusedAndLeavesNothing() {
    SessionRef first = node.attach(ann, null).session();
    await(subscribe(first, NEWS));
    await(node.client.ask(publishing(first, NEWS)));
    Set<String> before = Set.copyOf(node.leftOf(tenant));
    touch();

    assertEquals(ErrorCode.STORE_FULL, code(node.attaching(ann, null)));
    assertEquals(ErrorCode.STORE_FULL, code(subscribe(first, MORE)));
    assertEquals(ErrorCode.STORE_FULL, code(node.client.ask(publishing(first, MORE))));
    var create = new SessionMessage.Create(ann, tenant, "ann", Map.of());
    assertEquals(ErrorCode.STORE_FULL, code(node.client.ask(create)));
    var attributes =
        new SessionMessage.SetAttributes(ann, tenant, first.session(), 0, Map.of("k", "v"));
    assertEquals(ErrorCode.STORE_FULL, code(node.client.ask(attributes)));

    assertEquals(before, Set.copyOf(node.leftOf(tenant)));
    fill(0);
    refusing(0);
    assertFalse(node.attach(ann, null).resumed());
  }

  @Test
  void aSessionIsResumedKeptDetachedAndEnded() {
    SessionRef first = node.attach(ann, null).session();
    await(subscribe(first, NEWS));
    await(node.client.ask(publishing(first, NEWS)));
    touch();

    Attached resumed = other.attach(ann, first.session());
    assertTrue(resumed.resumed());
    await(subscribe(resumed.session(), NEWS)); // again, as its answer was lost
    await(subscribe(resumed.session(), ChannelName.TENANT)); // its own
    await(node.client.ask(publishing(resumed.session(), NEWS)));
    SessionRef again = node.attach(ann, first.session()).session();
    node.detach(again);
    String record = Keys.session(tenant, first.session());
    assertEquals("detached", node.redis("HGET", record, "state").asText());
    Awaitility.await().until(() -> node.sweep().ended() == 1);
    assertEquals(List.of(), node.leftOf(tenant));
  }

  private Future<Answer.Done> subscribe(SessionRef session, ChannelName channel) {
    var cursors = Map.of(channel, new Position("E", 1));
    return node.client.ask(new SessionMessage.Subscribe(session, cursors));
  }

  private static SessionMessage.NotePublishing publishing(SessionRef session, ChannelName name) {
    return new SessionMessage.NotePublishing(session, name, null);
  }

  /** Both nodes have noticed: what is new is refused. */
  private void touch() {
    fill(91);
    refusing(1);
  }

  private void fill(int percent) {
    String fill =
        "for i = 1, 128 do redis.call('DEL', KEYS[1] .. i) end "
            + "for i = 1, ARGV[1] do redis.call('SETRANGE', KEYS[1] .. i, 1048000, 'x') end";
    node.redis("EVAL", fill, 1, "filler", (LIMIT >> 20) * percent / 100);
  }

  private void refusing(int flag) {
    for (SessionsNode one : List.of(node, other)) {
      Awaitility.await()
          .until(() -> one.meters.get("holdfast.redis.refusing").gauge().value() == flag);
    }
  }
}
