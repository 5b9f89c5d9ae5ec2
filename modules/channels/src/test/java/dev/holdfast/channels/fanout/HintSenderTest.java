package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.redis.RedisConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept of peers that are gone; no Redis is asked. */
class HintSenderTest {
  private static final NodeId SELF = new NodeId("n1", 1);
  private static final NodeId PEER = new NodeId("n2", 1);
  private static final NodeId PEER_AGAIN = new NodeId("n2", 2);
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final HubVerticle hub =
      new HubVerticle(
          bus,
          new NodeInbox(bus, SELF),
          RedisConfig.of("redis://127.0.0.1:1"),
          ChannelsConfig.DEFAULT,
          new SimpleMeterRegistry());
  private final HintSender sender = new HintSender(hub, vertx.getOrCreateContext());
  private final long start = System.nanoTime();

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private void beatTo(Set<NodeId> live) {
    sender.peers(live, start);
    sender.beat();
  }

  /** Each restart of each node left an outbox in all others, for ever. */
  @Test
  void aLifeThatIsOverIsForgottenWithTheNext() {
    beatTo(Set.of(SELF, PEER));
    assertEquals(2, sender.known());

    beatTo(Set.of(SELF, PEER_AGAIN));

    assertEquals(2, sender.known());
  }

  @Test
  void aPeerThatDoesNotComeBackIsForgottenAfterAnHour() {
    beatTo(Set.of(SELF, PEER));
    sender.peers(Set.of(SELF), start + 59 * MINUTE);
    assertEquals(2, sender.known(), "its number goes on if it comes back");

    sender.peers(Set.of(SELF), start + 61 * MINUTE);

    assertEquals(1, sender.known());
  }

  @Test
  void aPeerThatLivesIsKeptHoweverLongThatIs() {
    beatTo(Set.of(SELF, PEER));
    for (int minute = 1; minute <= 180; minute++) {
      sender.peers(Set.of(SELF, PEER), start + minute * MINUTE);
    }

    assertEquals(2, sender.known());
  }
}
