package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.NewSession;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.store.SessionLimits;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session that its connection prepared: its id, and where it begins to read. */
@ExtendWith(RedisExtension.class)
class NewSessionIT {
  private static final Position AT_3 = new Position("E1", 3);
  private static final Position AT_7 = new Position("E2", 7);

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private final ChannelName own = ChannelName.user("ann");
  private final NewSession wanted =
      new NewSession(Ids.fresh(), Map.of(ChannelName.TENANT, AT_3, own, AT_7));
  private SessionsNode node;
  private SessionLimits limits = SessionLimits.NONE;

  @BeforeEach
  void start(TestRedis redis) {
    node = SessionsNode.start(redis.uri(), of -> limits);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private SessionMessage.Attach attach(String resume, NewSession fresh) {
    var connection = new ConnectionInfo(Ids.fresh(), "test 1.0", "127.0.0.1", 0);
    return new SessionMessage.Attach(ann, resume, node.id, connection, null, fresh, null);
  }

  @Test
  void itsFirstCursorsAreStoredByTheAttachAndFoundByTheNext() {
    Attached attached = await(node.client.ask(attach(null, wanted)));
    Attached again = await(node.client.ask(attach(wanted.session(), null)));

    assertEquals(wanted.session(), attached.session().session());
    assertEquals(AT_3, attached.subscriptions().get(ChannelName.TENANT));
    assertEquals(AT_7, attached.subscriptions().get(own));
    assertEquals(attached.subscriptions(), again.subscriptions());
  }

  @Test
  void itsChannelBeginsWithItAndGoesWithIt() {
    ChannelName name = ChannelName.session(wanted.session());
    Attached attached = await(node.client.ask(attach(null, wanted)));

    Position begin = attached.subscriptions().get(name);
    String meta = Keys.meta(new Channel(tenant, name));
    assertEquals(0, begin.seq());
    assertEquals(begin.epoch(), node.redis("HGET", meta, "e").asText());
    assertFalse(node.redis("PTTL", meta).asLong() <= 0, "it has a TTL");
    var service = SessionsNode.service(tenant);
    await(node.client.ask(new SessionMessage.Close(service, tenant, wanted.session(), "closed")));
    assertEquals(0, node.redis("EXISTS", meta).asLong());
  }

  /** Two of one id: the first one holds it, and the other changes nothing of it. */
  @Test
  void anIdThatIsInUseIsNotTakenOver() {
    await(node.client.ask(attach(null, wanted)));
    var other = new NewSession(wanted.session(), Map.of(own, AT_3));

    assertEquals(ErrorCode.INTERNAL, code(node.client.ask(attach(null, other))));

    Attached again = await(node.client.ask(attach(wanted.session(), null)));
    assertEquals(AT_7, again.subscriptions().get(own));
  }

  @Test
  void whatWasPreparedIsNotUsedForASessionThatIsResumed() {
    String first = node.attach(ann, null).session().session();

    Attached again = await(node.client.ask(attach(first, wanted)));

    assertEquals(first, again.session().session());
    assertFalse(again.subscriptions().containsKey(own));
  }

  @Test
  void anotherIdIsTakenIfTheLimitHasNoRoomThere() {
    limits = new SessionLimits(1, 1); // in the first part of the index
    String id = Ids.fresh();
    while (Keys.shard(id) == 0) {
      id = Ids.fresh();
    }

    Attached attached = await(node.client.ask(attach(null, new NewSession(id, wanted.first()))));

    assertNotEquals(id, attached.session().session());
    assertEquals(AT_7, attached.subscriptions().get(own));
  }
}
