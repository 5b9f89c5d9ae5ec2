package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.tokens.TokenRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a Redis takes that has no memory left: what keeps a session or frees one, nothing new. */
@ExtendWith(RedisExtension.class)
class FullRedisIT {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final Duration LINGER = Duration.ofMillis(300);

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private SessionsNode node;
  private SessionsNode other;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) {
    node = SessionsNode.start(redis.uri(), SessionsConfig.defaults().withLinger(LINGER));
    other = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
  }

  @AfterEach
  void stop() {
    node.close();
    other.close();
  }

  @Test
  void aSessionIsResumedKeptDetachedAndEnded() {
    SessionRef first = node.attach(ann, null).session();
    await(node.client.ask(new SessionMessage.Subscribe(first, Map.of(NEWS, new Position("E", 1)))));
    fill();

    Attached resumed = other.attach(ann, first.session());
    assertTrue(resumed.resumed());
    var cursors = Map.of(NEWS, new Position("E", 7), ChannelName.TENANT, new Position("E", 1));
    var entry = new SessionMessage.StoreCursors.Entry(resumed.session(), cursors);
    assertEquals(
        List.of(),
        await(node.client.ask(new SessionMessage.StoreCursors(List.of(entry)))).entries());
    var token = new TokenRef("d2", 1);
    await(other.client.ask(new SessionMessage.Refresh(resumed.session(), token, List.of())));
    SessionRef again = node.attach(ann, first.session()).session();
    node.detach(again);
    String record = Keys.session(tenant, first.session());
    assertEquals("detached", node.redis("HGET", record, "state").asText());
    Awaitility.await().until(() -> node.sweep().ended() == 1);
    assertEquals(List.of(), node.leftOf(tenant));
  }

  @Test
  void whatIsNewIsRefusedAndLeavesNothing() {
    SessionRef first = node.attach(ann, null).session();
    List<String> before = node.leftOf(tenant);
    fill();

    assertEquals(ErrorCode.STORE_FULL, code(other.attaching(ann, null)));
    var subscribe = new SessionMessage.Subscribe(first, Map.of(NEWS, new Position("E", 1)));
    assertEquals(ErrorCode.STORE_FULL, code(node.client.ask(subscribe)));
    var create = new SessionMessage.Create(ann, tenant, "ann", Map.of());
    assertEquals(ErrorCode.STORE_FULL, code(node.client.ask(create)));

    assertEquals(before, node.leftOf(tenant));
    assertNull(other.nodeIndex().stream().findAny().orElse(null));
    memoryIsBack();
    assertFalse(other.attach(ann, null).resumed());
  }

  private void fill() {
    node.redis("CONFIG", "SET", "maxmemory", 1);
  }

  private void memoryIsBack() {
    node.redis("CONFIG", "SET", "maxmemory", 0);
  }
}
