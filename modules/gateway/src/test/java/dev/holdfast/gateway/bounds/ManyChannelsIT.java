package dev.holdfast.gateway.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session that publishes to one channel after the other, as an agent does to its runs. */
@ExtendWith(RedisExtension.class)
class ManyChannelsIT {
  private static final String MAY = "publish:topic:*";
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static ObjectNode publish(Welcomed client, int channel, int n) {
    String id = channel + "." + n;
    client
        .client()
        .send(
            "publish",
            Map.of("id", id, "channel", "topic:t" + channel, "event", "e", "data", n, "n", n));
    return client.client().awaitAnswer(id);
  }

  private long named(Welcomed client) {
    return node.redis("SCARD", Keys.publishing(node.tenant, client.session())).asLong();
  }

  private Duration publisherTtl(Welcomed client, int channel) {
    Channel topic = new Channel(node.tenant, ChannelName.topic("t" + channel));
    String key = Keys.publisher(topic, "s-" + client.session());
    return Duration.ofMillis(node.redis("PTTL", key).asLong());
  }

  /** The 257th run of an agent's session was refused, for good. */
  @Test
  void aSessionPublishesToAnyNumberOfChannelsAndGoesOnInTheFirst() {
    Welcomed ann = node.hello("ann", MAY).live();
    for (int i = 0; i < 300; i++) {
      assertEquals("reply", publish(ann, i, 1).get("type").asText(), "channel " + i);
    }
    assertEquals("reply", publish(ann, 299, 2).get("type").asText());
    assertEquals("reply", publish(ann, 0, 2).get("type").asText());

    assertEquals(64, named(ann));
    assertEquals(2, position(publish(ann, 0, 2)));
    Awaitility.await().until(() -> publisherTtl(ann, 1).toHours() == 0);
    assertTrue(publisherTtl(ann, 299).toHours() >= 23);
  }

  private static long position(ObjectNode reply) {
    return reply.get("data").get("seq").asLong();
  }

  @Test
  void whatTheConnectionBeforePublishesLateIsRefusedInEveryChannelItUsedLast() {
    Welcomed ann = node.hello("ann", MAY).live();
    for (int i = 0; i < 70; i++) {
      publish(ann, i, 1);
    }
    var resume = Map.<String, Object>of("resume", ann.session());
    Welcomed again = node.hello(node.token("ann", MAY), resume).live();

    for (int i = 6; i < 70; i++) {
      assertEquals(ErrorCode.FENCED, late(ann, i), "channel " + i);
    }
    assertEquals(2, position(publish(again, 69, 2)));
    assertEquals(2, position(publish(again, 0, 2)));
    assertEquals(64, named(again));
  }

  /** As a node that was paused does it: past the connection. */
  private ErrorCode late(Welcomed ann, int channel) {
    var old = new SessionRef(node.tenant, ann.session(), 1);
    Caller caller = new Caller.User(node.tenant, "ann", Set.of(), Set.of(MAY));
    var message =
        new ChannelMessage.Publish(
            caller,
            ann.session(),
            new Channel(node.tenant, ChannelName.topic("t" + channel)),
            Publisher.of(old),
            List.of(new ChannelMessage.Item(2, "e", "2", false)));
    return GatewayFixture.get(node.channels.ask(message)).results().get(0).refused();
  }

  /** One key per session and channel stayed for a day after the session's end. */
  @Test
  void whatASessionsPublicationsLeaveGoesMinutesAfterItsEnd() {
    Welcomed ann = node.hello("ann", MAY).live();
    publish(ann, 1, 1);
    publish(ann, 2, 1);
    assertTrue(publisherTtl(ann, 1).toHours() >= 23);

    ann.client().send("close", Map.of());

    for (int channel = 1; channel <= 2; channel++) {
      int of = channel;
      Awaitility.await().until(() -> publisherTtl(ann, of).toMinutes() < 10);
    }
  }
}
