package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that fall silent, or slow, or end; and what is left of them: nothing. */
@ExtendWith(RedisExtension.class)
class LivenessIT {
  private GatewayFixture node;

  @AfterEach
  void stop() {
    node.close();
  }

  private void start(TestRedis redis, Duration heartbeat, Duration slow) {
    start(redis, heartbeat, slow, Duration.ofMillis(200));
  }

  private void start(TestRedis redis, Duration heartbeat, Duration slow, Duration ackFlush) {
    GatewayConfig d = GatewayConfig.DEFAULTS;
    GatewayConfig config =
        GatewayConfig.of(
            d.host(),
            d.port(),
            Set.of(),
            d.frameLimit(),
            d.helloTimeout(),
            heartbeat,
            d.publishRate(),
            slow,
            d.writeBuffer(),
            ackFlush);
    node = new GatewayFixture(redis.uri(), "t" + Ids.fresh(), config);
  }

  private void start(TestRedis redis) {
    start(redis, Duration.ofSeconds(25), Duration.ofSeconds(30));
  }

  @Test
  void aSilentClientIsPingedAndThenClosed(TestRedis redis) {
    start(redis, Duration.ofMillis(300), Duration.ofSeconds(30));
    Welcomed ann = node.hello("ann");
    ann.client().await("ping");

    assertEquals(4002, ann.client().awaitClose().code());
    assertEquals("no_pong", ann.client().awaitClose().reason());
  }

  @Test
  void aClientThatAnswersStays(TestRedis redis) {
    start(redis, Duration.ofSeconds(1), Duration.ofSeconds(30));
    Welcomed ann = node.hello("ann");
    for (int i = 0; i < 3; i++) {
      ann.client().await("ping");
      ann.client().send("pong", Map.of());
    }
    assertTrue(ann.client().isOpen());
  }

  /**
   * An ack has no answer. In quiet channels a client that only acknowledged heard nothing, and left
   * as the page says.
   */
  @Test
  void aClientThatOnlyAcknowledgesHearsSomethingWithinTwoHeartbeats(TestRedis redis) {
    start(redis, Duration.ofMillis(300), Duration.ofSeconds(30));
    Welcomed ann = node.hello("ann").live();
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              ann.client().send("ack", Map.of("cursors", Map.of("tenant", List.of("e", 1))));
              return ann.client().frames().stream()
                  .anyMatch(frame -> frame.path("type").asText().equals("ping"));
            });
  }

  /** Once an ack of the epoch before was passed over, and its events came again after a resume. */
  @Test
  void anAcknowledgementCountsAlsoWhenTheLogHasForkedMeanwhile(@OwnRedis TestRedis redis) {
    start(redis);
    Welcomed ann = node.hello("ann").live();
    publish(1, 10);
    publish(2, 10);
    ann.client().await("event", "tenant");
    var second = ann.client().await("event", "tenant");
    redis.kill();
    redis.start();
    await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> published(3));
    var third = ann.client().await("event", "tenant");
    assertNotEquals(second.get("epoch"), third.get("epoch"));

    acknowledge(ann, second);
    // The link of the test itself may be up later than those of the node.
    await()
        .ignoreExceptions()
        .until(() -> node.storedCursor(ann.session(), "tenant").endsWith(":2"));
    acknowledge(ann, third);
    await().until(() -> node.storedCursor(ann.session(), "tenant").endsWith(":3"));
    acknowledge(ann, second);
    ann.client().send("ping", Map.of());
    ann.client().await("pong");
    ann.client().cut();
    node.awaitNobody();
    assertTrue(node.storedCursor(ann.session(), "tenant").endsWith(":3"));
  }

  private boolean published(int n) {
    publish(n, 10);
    return true;
  }

  private static void acknowledge(Welcomed client, ObjectNode event) {
    List<Object> cursor = List.of(event.get("epoch").asText(), event.get("seq").asLong());
    client.client().send("ack", Map.of("cursors", Map.of("tenant", cursor)));
  }

  @Test
  void aClientThatDoesNotReadIsClosedAsSlow(TestRedis redis) {
    start(redis, Duration.ofSeconds(25), Duration.ofMillis(500));
    RawSocket ann = new RawSocket(node, "ann");
    ann.await("\"live\",\"channel\":\"tenant\"");
    ann.pause();
    AtomicInteger sent = new AtomicInteger();
    await() // how much two sockets buffer is up to the machine: until they are full
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              publish(sent.incrementAndGet(), 1 << 18);
              return node.count("holdfast.closes", "code", "slow") == 1;
            });
    node.awaitNobody();
  }

  @Test
  void aClientThatReadsLateGetsEverythingInOrder(TestRedis redis) {
    start(redis);
    RawSocket ann = new RawSocket(node, "ann");
    ann.await("\"live\",\"channel\":\"tenant\"");
    ann.pause();
    for (int n = 1; n <= 40; n++) {
      publish(n, 1 << 15);
    }
    ann.resume();
    await().until(() -> ann.count("\"event\":\"bulk\"") == 40);
    ann.text("{\"type\":\"ping\"}").await("pong");
  }

  @Test
  void aThousandConnectionsLeaveNothingBehind(TestRedis redis) {
    start(redis);
    for (int round = 0; round < 10; round++) {
      List<Welcomed> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(node.hello("u" + i));
      }
      assertEquals(100, node.directory.size());
      for (int i = 0; i < 100; i++) {
        if (i % 2 == 0) {
          all.get(i).client().close();
        } else {
          all.get(i).client().cut();
        }
      }
      node.awaitNobody();
    }
    assertEquals(0, node.registry.get("holdfast.connections").gauge().value());
  }

  @Test
  void connectionsThatEndDuringTheirHelloLeaveNoSessionAttached(TestRedis redis) {
    start(redis);
    for (int i = 0; i < 50; i++) {
      var client = node.connect();
      GatewayFixture.sayHello(client, node.token("ann"), Map.of());
      client.cut();
    }
    node.awaitNobody();
    await().until(() -> node.attachedSessions() == 0);
  }

  @Test
  void stoppingClosesEveryoneAsShutdownAndDetaches(TestRedis redis) {
    start(redis);
    Welcomed ann = node.hello("ann").live();
    Welcomed bob = node.hello("bob");
    node.stopGateways();

    assertEquals(4000, ann.client().awaitClose().code());
    assertEquals("shutdown", bob.client().awaitClose().reason());
    assertEquals(null, node.view(ann.session()).attachedTo());
    assertEquals(null, node.view(bob.session()).attachedTo());
  }

  @Test
  void movedCursorsAreStoredInTheMeantime(TestRedis redis) {
    start(redis);
    Welcomed ann = node.hello("ann").live();
    publish(1, 10);
    var event = ann.client().await("event", "tenant");
    List<Object> cursor = List.of(event.get("epoch").asText(), event.get("seq").asLong());
    ann.client().send("ack", Map.of("cursors", Map.of("tenant", cursor)));
    await().until(() -> node.storedCursor(ann.session(), "tenant").endsWith(":1"));
  }

  /** Of most clients nobody needs what they acknowledge: they have their cursors themselves. */
  @Test
  void cursorsOfAClientThatKeepsNoneAreStoredSooner(TestRedis redis) {
    start(redis, Duration.ofSeconds(25), Duration.ofSeconds(30), Duration.ofSeconds(2));
    Welcomed forgetful = node.hello(node.token("ann"), Map.of("keepsCursors", false)).live();
    Welcomed careful = node.hello("bob").live();
    publish(1, 10);
    acknowledge(careful, careful.client().await("event", "tenant"));
    acknowledge(forgetful, forgetful.client().await("event", "tenant"));

    await().until(() -> node.storedCursor(forgetful.session(), "tenant").endsWith(":1"));

    assertTrue(node.storedCursor(careful.session(), "tenant").endsWith(":0"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> node.storedCursor(careful.session(), "tenant").endsWith(":1"));
  }

  @Test
  void whenRedisIsAwayAHelloIsToBeTriedAgainAndNeverGetsANewSession(@OwnRedis TestRedis redis) {
    start(redis);
    Welcomed ann = node.hello("ann").live();
    redis.kill();
    ann.client().cut();
    var late = node.connect();
    GatewayFixture.sayHello(late, node.token("ann"), Map.of("resume", ann.session()));
    assertEquals(4004, late.awaitClose(Duration.ofSeconds(15)).code());

    redis.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> node.view(ann.session()).attachedTo() == null);
    // Each link comes back at its own moment.
    await()
        .until(
            () ->
                node.registry.find("holdfast.redis.up").gauges().stream()
                    .allMatch(up -> up.value() == 1));
    Welcomed again = node.hello(node.token("ann"), Map.of("resume", ann.session()));
    assertTrue(again.welcome().get("resumed").asBoolean());
  }

  private void publish(int n, int bytes) {
    var item = new ChannelMessage.Item(n, "bulk", "\"" + "x".repeat(bytes) + "\"", false);
    var publisher = Publisher.of(new SessionRef(node.tenant, "bulk", 1));
    var channel = new Channel(node.tenant, ChannelName.TENANT);
    var message = new ChannelMessage.Publish(node.service, null, channel, publisher, List.of(item));
    var result = GatewayFixture.get(node.channels.ask(message)).results().get(0);
    assertEquals(null, result.refused());
  }
}
