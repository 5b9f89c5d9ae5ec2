package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.fanout.HintSender;
import dev.holdfast.channels.fanout.HubFixture;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Beats do not say that all was hinted while there may be a publication that was not. */
@ExtendWith(RedisExtension.class)
class UnhintedBeatsIT {
  private static final NodeId PEER = new NodeId("n2", 1);

  private final BlockingDeque<Hint.Beat> beats = new LinkedBlockingDeque<>();
  private final ChannelsMetrics metrics = new ChannelsMetrics(new SimpleMeterRegistry());
  private HubFixture node;
  private HintSender sender;
  private Unhinted unhinted;

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
    var inbox = new NodeInbox(node.bus, PEER);
    inbox.on(Hint.Beat.class, beats::add);
    Await.get(inbox.open());
    sender = new HintSender(node.hub, node.vertx.getOrCreateContext());
    sender.peers(Set.of(PEER));
    unhinted = new Unhinted(node.behind, sender, metrics);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Channel channel(int i) {
    return new Channel(node.channel.tenant(), ChannelName.topic("t" + i));
  }

  private void hinted(long at) {
    sender.hint(List.of(), Hint.look(channel(0), at));
  }

  private Hint.Beat beat() {
    beats.clear();
    Await.until(
        "a beat",
        () -> {
          sender.beat();
          return !beats.isEmpty();
        });
    return beats.getLast();
  }

  private void look(int count) {
    double before = metrics.looks.count();
    unhinted.tick();
    Await.until("looks", () -> metrics.looks.count() - before == count);
    // The last one is done, too.
    Await.get(node.link.send("PING"));
  }

  @Test
  void whileAnAppendsOutcomeIsUnknownBeatsSayNothingOfTheTimeSince() {
    hinted(1_000);
    unhinted.unsure(channel(1));
    hinted(2_000);
    assertEquals(1_000, beat().at());

    look(1);
    hinted(3_000);

    assertEquals(3_000, beat().at());
  }

  /** Beats ran past it, and the loss that peers were made to notice was looked for after it. */
  @Test
  void theSameIfThereAreMoreOfThemThanAreNoted() {
    hinted(1_000);
    long number = beat().number();
    for (int i = 0; i < Unhinted.MOST; i++) {
      unhinted.add(channel(i));
    }
    unhinted.unsure(channel(Unhinted.MOST));
    hinted(2_000);
    assertEquals(1_000, beat().at());

    look(500);
    hinted(3_000);

    assertEquals(new Hint.Beat(node.node, number + 1, 3_000), beat());
  }
}
