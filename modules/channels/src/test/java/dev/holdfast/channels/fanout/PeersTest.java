package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeersTest {
  private static final NodeId SELF = new NodeId("n1", 1);
  private static final NodeId PEER = new NodeId("n2", 1);
  private static final NodeId OLDER = new NodeId("n3", 1);

  private final AtomicLong clock = new AtomicLong(1);
  private final AtomicInteger compared = new AtomicInteger();
  private final AtomicInteger repaired = new AtomicInteger();
  private final Peers peers =
      new Peers(
          clock::get,
          Duration.ofSeconds(3),
          new ChannelsMetrics(new SimpleMeterRegistry()),
          compared::incrementAndGet,
          repaired::incrementAndGet);

  private void seconds(int count, boolean heard) {
    for (int i = 0; i < count; i++) {
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
      peers.beat(new Hint.Beat(SELF, 0, 1));
      if (heard) {
        peers.beat(new Hint.Beat(PEER, 0, 1));
      }
      peers.tick();
    }
  }

  /** It was each second, all channels, as long as the silence lasted. */
  @Test
  void whileAPeerIsSilentPositionsAreComparedEverMoreRarely() {
    peers.nodes(Set.of(SELF, PEER));
    seconds(10, true);
    assertEquals(0, compared.get());

    seconds(600, false);

    assertTrue(compared.get() >= 6, () -> "compared: " + compared);
    assertTrue(compared.get() <= 12, () -> "compared: " + compared);
    assertTrue(repaired.get() > 0);
  }

  @Test
  void aPeerThatFallsSilentAgainIsNoticedAsSoonAsTheFirstTime() {
    peers.nodes(Set.of(SELF, PEER));
    seconds(600, false);
    seconds(10, true);
    int before = compared.get();

    seconds(5, false);

    assertEquals(before + 1, compared.get());
  }

  @Test
  void aNodeThatIsListedLateIsNotTakenForSilent() {
    peers.nodes(Set.of(SELF));
    peers.beat(new Hint.Beat(PEER, 0, 1));
    seconds(60, false);

    peers.nodes(Set.of(SELF, PEER));
    seconds(2, false);

    assertEquals(0, compared.get());
  }

  /** What is known of a life was kept for ever. */
  @Test
  void aLifeThatIsOverIsForgotten() {
    peers.nodes(Set.of(SELF, PEER));
    peers.batch(new Hint.Batch(PEER, 1, java.util.List.of()));
    peers.nodes(Set.of(SELF));
    peers.nodes(Set.of(SELF, new NodeId("n2", 2)));

    assertEquals(2, peers.known());
  }

  /** It keeps its interest for five minutes, and that of the nodes beside it for ten. */
  @Test
  void aNodeOfAnOlderBuildIsNoticedAndIsNotForgottenBeforeWhatItLeftHasGone() {
    peers.nodes(Set.of(SELF, PEER));
    seconds(60, true);
    assertFalse(peers.areOlder());

    peers.nodes(Set.of(SELF, PEER, OLDER));
    for (int second = 0; second < 40; second++) {
      peers.beat(new Hint.Beat(OLDER, 0, 0));
      seconds(1, true);
    }
    assertTrue(peers.areOlder());

    peers.nodes(Set.of(SELF, PEER));
    seconds(590, true);
    assertTrue(peers.areOlder());
    seconds(15, true);
    assertFalse(peers.areOlder());
  }
}
