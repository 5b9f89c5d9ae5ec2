package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is attached to a node by record, and held by none of its connections. */
@ExtendWith(RedisExtension.class)
class StraysIT {
  private static final Duration OFTEN = Duration.ofMillis(200);

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private SessionsNode node;

  @BeforeEach
  void start(TestRedis redis) {
    node = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** After Redis was away for long, they stayed attached as long as their node lived. */
  @Test
  void aSessionWhoseDetachWasGivenUpIsDetachedAtTheSecondLook() {
    SessionRef stray = node.attach(ann, null).session();
    SessionRef held = node.attach(ann, null).session();
    String nothing = tenant + ":" + Ids.fresh();
    node.redis("ZADD", Keys.nodeSessions(node.id), 0, nothing);

    node.verticle.compareWith(node.id, (in, id) -> id.equals(held.session()), OFTEN);

    Awaitility.await()
        .untilAsserted(() -> assertEquals(Set.of(tenant + ":" + held.session()), node.nodeIndex()));
    assertEquals(
        List.of(SessionEvent.Kind.OPENED, SessionEvent.Kind.ATTACHED, SessionEvent.Kind.DETACHED),
        node.eventsOf(stray.session()));
    assertNotNull(view(held).attachedTo());
    assertEquals(1, node.meters.get("holdfast.sessions.strays").counter().count());
  }

  private SessionView view(SessionRef session) {
    return await(node.client.ask(new SessionMessage.Get(ann, tenant, session.session())));
  }
}
