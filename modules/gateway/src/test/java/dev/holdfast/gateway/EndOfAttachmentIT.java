package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a connection learns that it holds its session no more, whatever notice is late or lost. */
@ExtendWith(RedisExtension.class)
class EndOfAttachmentIT {
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** Of two resumes that raced on two nodes both stayed: an older notice hid the newer one. */
  @Test
  void aResumeThatWasReplacedBeforeItsAnswerIsClosedWhateverNoticeCameLast() {
    Welcomed ann = node.hello("ann");
    send(new NodeNotice.Replaced(node.tenant, ann.session(), 2));
    send(new NodeNotice.Replaced(node.tenant, ann.session(), 1));
    assertEquals(4500, ann.client().awaitClose().code());

    assertEquals(4500, resume(ann).client().awaitClose().code());
  }

  /** A notice of the end that came before the answer of the attach was lost. */
  @Test
  void aSessionThatWasRevokedBeforeItsAttachWasAnsweredIsClosed() {
    Welcomed ann = node.hello("ann");
    send(new NodeNotice.Ended(node.tenant, ann.session(), 2, "revoked"));
    assertEquals(4504, ann.client().awaitClose().code());

    assertEquals(4504, resume(ann).client().awaitClose().code());
  }

  /** Both were closed with 4500 "replaced", do not come back; nobody else held their sessions. */
  @Test
  void clientsWhoseAttachmentsAnOlderReplicaNeverHadAreToComeBack(@OwnRedis TestRedis own) {
    try (LaggingReplica replica = LaggingReplica.of(own);
        GatewayFixture there = new GatewayFixture(own.uri())) {
      Welcomed ann = there.hello("ann", "publish:topic:*");
      replica.cutOff(own);
      Welcomed resumed = resume(there, ann).live();
      Welcomed bob = there.hello("bob", "publish:topic:*").live();
      own.restoreFrom(replica.data());
      there.awaitStore();

      publish(resumed);

      assertEquals("4009 lost", close(resumed));
      // The hub finds that his session is not there at all.
      assertEquals("4009 lost", close(bob));
      Welcomed again = resume(there, resumed);
      assertTrue(again.welcome().get("resumed").asBoolean());
      assertTrue(again.generation() > resumed.generation(), "none comes twice");
      Map<String, ?> bobs = Map.of("resume", bob.session());
      assertFalse(there.hello(there.token("bob"), bobs).welcome().get("resumed").asBoolean());
    }
  }

  /**
   * A node that was paused read what the client had given up, after a failover to data that had not
   * the attachment made instead of it: that one, the newest, was closed with 4500 "replaced".
   */
  @Test
  void whatComesLateToAnOlderReplicaReplacesNothingThatItNeverHad(@OwnRedis TestRedis own) {
    try (LaggingReplica replica = LaggingReplica.of(own);
        GatewayFixture there = new GatewayFixture(own.uri());
        GatewayFixture other =
            new GatewayFixture(own.uri(), there.tenant, GatewayConfig.DEFAULTS)) {
      Welcomed ann = there.hello("ann", "publish:topic:*");
      Welcomed bob = there.hello("bob", "publish:topic:*");
      replica.cutOff(own);
      Welcomed anns = resume(there, ann).live();
      Welcomed bobs = resume(there, "bob", bob).live();
      own.restoreFrom(replica.data());
      there.awaitStore();
      other.awaitStore();

      resume(there, ann);
      resume(other, "bob", bob);
      publish(bobs);

      assertEquals("4009 lost", close(anns));
      assertEquals("4009 lost", close(bobs));
    }
  }

  /** After a failover and back both servers had leapt from one copy, and so to one generation. */
  @Test
  void whatTwoFailoversToOneCopyAttachedIsNotTakenForEachOther(@OwnRedis TestRedis own) {
    try (LaggingReplica replica = LaggingReplica.of(own);
        GatewayFixture there = new GatewayFixture(own.uri());
        GatewayFixture other =
            new GatewayFixture(own.uri(), there.tenant, GatewayConfig.DEFAULTS)) {
      Welcomed ann = there.hello("ann", "publish:topic:*");
      Welcomed bob = there.hello("bob", "publish:topic:*");
      replica.cutOff(own);
      own.restoreFrom(replica.data());
      there.awaitStore();
      Welcomed anns = resume(there, ann).live();
      Welcomed bobs = resume(there, "bob", bob).live();
      own.restoreFrom(replica.data());
      there.awaitStore();
      other.awaitStore();

      resume(there, ann);
      resume(other, "bob", bob);
      publish(bobs);

      assertEquals("4009 lost", close(anns));
      assertEquals("4009 lost", close(bobs));
    }
  }

  @Test
  void aSessionThatWasEndedClosesAConnectionThatMissedIt() {
    Welcomed ann = node.hello("ann", "publish:topic:*");
    Welcomed bob = node.hello("bob", "publish:topic:*");
    node.losingNotices(() -> end(ann, "closed"));
    node.losingNotices(() -> end(bob, "revoked"));

    publishUnlessClosed(ann);
    publishUnlessClosed(bob);

    assertEquals("4503 ended", close(ann));
    assertEquals("4504 revoked", close(bob));
  }

  /** They went on reading, with no bound: a client that only listens never writes. */
  @Test
  void aConnectionThatOnlyReadsLearnsThatItsSessionIsNoMoreItsOwn(TestRedis redis) {
    try (GatewayFixture quick = new GatewayFixture(redis.uri(), node.tenant, comparingOften())) {
      Welcomed ann = quick.hello("ann");
      Welcomed bob = quick.hello("bob");
      Welcomed cat = quick.hello("cat");
      Welcomed moved = node.hello(node.token("ann"), Map.of("resume", ann.session()));
      quick.losingNotices(() -> end(bob, "revoked"));

      assertEquals("4500 replaced", close(ann));
      assertEquals("4504 revoked", close(bob));
      assertTrue(cat.client().isOpen() && moved.client().isOpen());
      assertTrue(quick.registry.get("holdfast.compared").counter().count() >= 2);
    }
  }

  /** The hub learned that the session is no more, and the connection stayed for up to a minute. */
  @Test
  void aSessionThatTheHubFindsGoneIsClosedAtOnce() {
    Welcomed ann = node.hello("ann").live();
    node.redis("DEL", Keys.session(node.tenant, ann.session()));
    node.compareChannels();

    assertEquals("4009 lost", close(ann));
  }

  private static GatewayConfig comparingOften() {
    GatewayConfig d = GatewayConfig.DEFAULTS;
    return GatewayConfig.of(
        d.host(),
        d.port(),
        d.allowedOrigins(),
        d.frameLimit(),
        d.helloTimeout(),
        d.heartbeat(),
        d.publishRate(),
        d.slowLimit(),
        d.writeBuffer(),
        Duration.ofMillis(100));
  }

  /** The one that a service gave was taken for that of the session: the connection was closed. */
  @Test
  void aServiceThatRefusesARequestEndsNoConnection() {
    ErrorCode[] codes = {ErrorCode.FENCED, ErrorCode.SHUTTING_DOWN, ErrorCode.LOST};
    AtomicInteger asked = new AtomicInteger();
    node.vertx
        .eventBus()
        .consumer(
            ServiceRequest.address("moody"),
            message -> {
              if (message.body() == null) {
                message.reply(null); // the question who is there
                return;
              }
              message.fail(codes[asked.getAndIncrement()].number, "not now");
            });
    Welcomed ann = node.hello("ann", "request:moody");
    for (ErrorCode code : codes) {
      String id = "r-" + code.wireName();
      ann.client().send("request", Map.of("id", id, "service", "moody", "method", "m", "data", 1));
      assertEquals(code.wireName(), ann.client().awaitAnswer(id).get("code").asText());
    }
    ann.client().send("ping", Map.of());
    ann.client().await("pong");
  }

  private void end(Welcomed client, String reason) {
    GatewayFixture.get(
        node.sessions.ask(
            new SessionMessage.Close(node.service, node.tenant, client.session(), reason)));
  }

  private static void publish(Welcomed client) {
    Map<String, ?> frame =
        Map.of("id", "p", "channel", "topic:news", "event", "e", "data", 1, "n", 1);
    client.client().send("publish", frame);
  }

  /** The node may have learned it before, by the cursors that it stores now and then. */
  private static void publishUnlessClosed(Welcomed client) {
    try {
      publish(client);
    } catch (Exception closed) {
      client.client().awaitClose();
    }
  }

  private static String close(Welcomed client) {
    return client.client().awaitClose().code() + " " + client.client().awaitClose().reason();
  }

  private Welcomed resume(Welcomed ann) {
    return resume(node, ann);
  }

  private static Welcomed resume(GatewayFixture at, Welcomed ann) {
    return resume(at, "ann", ann);
  }

  private static Welcomed resume(GatewayFixture at, String user, Welcomed before) {
    return at.hello(at.token(user, "publish:topic:*"), Map.of("resume", before.session()));
  }

  private void send(NodeNotice notice) {
    node.bus.hint(node.node.address(), notice);
  }
}
