package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.HubMemory;
import dev.holdfast.channels.log.MemoryConfig;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer that reads nothing: the bus keeps what is written to it, and never says no. */
class HintOutboxTest {
  private static final NodeId SELF = new NodeId("n1", 1);
  private static final NodeId PEER = new NodeId("n2", 1);
  private static final Hint HINT =
      new Hint(new Channel("t", ChannelName.topic("news")), "e", 1, 1, new byte[60_000]);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MemoryConfig config = new MemoryConfig(0, 3 << 20, 1 << 20, 0, 0, 0, 0);
  private final HubMemory memory = HubMemory.of(config, new Budget(registry));
  private final ChannelsMetrics metrics = new ChannelsMetrics(registry);
  private final HintOutbox outbox = new HintOutbox(PEER, memory, metrics);
  private final List<BusValue> sent = new ArrayList<>();
  private final List<Promise<Void>> writes = new ArrayList<>();

  private Future<Void> write(String address, BusValue message) {
    Promise<Void> written = Promise.promise();
    sent.add(message);
    writes.add(written);
    return written.future();
  }

  private void send(HintOutbox to, int times) {
    for (int i = 0; i < times; i++) {
      to.add(HINT);
      to.send(this::write, SELF);
    }
  }

  /** Eleven megabytes a second for one stopped node filled the heaps of all the others. */
  @Test
  void noMoreThanTheBudgetIsKeptForAPeerThatReadsNothing() {
    send(outbox, 10_000);

    assertTrue(memory.hints().used() <= 1 << 20, () -> "kept: " + memory.hints().used());
    assertEquals(17, sent.size());
    assertEquals(10_000 - 17, registry.counter("holdfast.hints.unsent").count());
  }

  @Test
  void theNumberGoesOnSoThatThePeerNoticesWhatItDidNotGet() {
    send(outbox, 100);
    writes.forEach(written -> written.complete());
    send(outbox, 1);
    outbox.beat(this::write, SELF, 7);

    assertEquals(101, ((Hint.Batch) sent.get(17)).number());
    assertEquals(101, ((Hint.Beat) sent.get(18)).number());
    writes.forEach(written -> written.tryComplete());
    assertEquals(0, memory.hints().used());
  }

  @Test
  void severalSuchPeersShareOneBudget() {
    for (int i = 0; i < 10; i++) {
      send(new HintOutbox(new NodeId("n" + i, 1), memory, metrics), 100);
    }

    assertTrue(memory.hints().used() <= 3 << 20, () -> "kept: " + memory.hints().used());
  }

  @Test
  void aBatchThatIsLargerThanTheBudgetGoesByItself() {
    for (int i = 0; i < 20; i++) {
      outbox.add(HINT);
    }
    outbox.send(this::write, SELF);
    send(outbox, 1);

    assertEquals(1, sent.size());
  }

  @Test
  void beatsDoNotPileUp() {
    for (int i = 0; i < 100; i++) {
      outbox.beat(this::write, SELF, 7);
    }
    assertEquals(1, sent.size());

    writes.get(0).fail("connection closed");
    outbox.beat(this::write, SELF, 7);
    assertEquals(2, sent.size());
  }

  /** Each was a look-up of an unknown address, for as long as the interest of the dead lasted. */
  @Test
  void aPeerThatLostItsLeaseIsSentNothingUntilItHoldsOneAgain() {
    outbox.absent();
    send(outbox, 1);
    assertEquals(1, sent.size(), "it may be too new to be listed");
    outbox.present(System.nanoTime());
    outbox.absent();
    send(outbox, 5);
    outbox.beat(this::write, SELF, 7);
    assertEquals(1, sent.size());

    outbox.present(System.nanoTime());
    send(outbox, 1);

    assertEquals(7, ((Hint.Batch) sent.get(1)).number());
  }
}
