package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.protocol.EncodedFrame;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingsTest {
  private static final String TEXT = "\"" + "x".repeat(4_000) + "\"";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Budget.Share share = new Budget(registry).share("rings", 1 << 20);
  private final Rings rings = new Rings(share, 128 << 10, Duration.ofSeconds(10));

  private static List<Frame> frames(int count) {
    List<Frame> frames = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      frames.add(new Frame(i, EncodedFrame.text(TEXT)));
    }
    return frames;
  }

  private static LogSegment from(Ring ring, long seq) {
    return ring.after(new Position("e", seq), new Position("e", 20), 64);
  }

  /** Two thousand channels kept 271 MiB, and kept it: their number times 128 KiB. */
  @Test
  void allRingsTogetherKeepNoMoreThanTheirBudget() {
    for (int i = 0; i < 2_000; i++) {
      rings.fresh().add(frames(20));
    }

    assertTrue(share.used() <= share.limit());
    double gauge = registry.get("holdfast.budget.bytes").tag("kind", "rings").gauge().value();
    assertEquals(share.used(), gauge);
    double limit = registry.get("holdfast.budget.limit.bytes").gauge().value();
    assertEquals(1 << 20, limit);
  }

  @Test
  void theRingThatWasUsedLeastRecentlyGoes() {
    Ring read = rings.fresh();
    Ring unread = rings.fresh();
    read.add(frames(20));
    unread.add(frames(20));
    while (share.used() < share.limit() - (100 << 10)) {
      rings.fresh().add(frames(20));
    }
    assertNotNull(from(read, 10));

    rings.fresh().add(frames(20));

    assertNotNull(from(read, 10));
    assertNull(from(unread, 10));
  }

  @Test
  void framesThatAreOldGoAndThoseAfterThemStay() {
    Ring ring = rings.fresh();
    ring.add(frames(20));
    long now = System.nanoTime();

    rings.tick(now);
    assertNotNull(from(ring, 0));
    rings.tick(now + Duration.ofSeconds(11).toNanos());

    assertNull(from(ring, 19));
    assertEquals(0, share.used());
    ring.add(List.of(new Frame(20, EncodedFrame.text(TEXT))));
    assertEquals(1, from(ring, 19).frames().size());
  }

  @Test
  void aRingThatIsClearedGivesBackWhatItTook() {
    Ring ring = rings.fresh();
    ring.add(frames(40));
    assertTrue(share.used() <= 128 << 10);

    ring.clear();

    assertEquals(0, share.used());
    assertNull(from(ring, 19));
  }
}
