package dev.holdfast.gateway.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Position;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class PreludesTest {
  private final Preludes preludes = new Preludes(new SimpleMeterRegistry());
  private int made;

  private Buffer of(String run, long seq, int size) {
    return preludes.of(
        run,
        new Position("e", seq),
        size,
        () -> {
          made++;
          return Buffer.buffer(new byte[size]).setByte(0, (byte) seq);
        });
  }

  @Test
  void aLargeDocumentIsFormattedOnceForAllReadersAtItsPosition() {
    for (int reader = 0; reader < 1_000; reader++) {
      Buffer text = of("r1", 7, 4 << 20);
      assertEquals(7, text.getByte(0));
      text.setByte(0, (byte) 0); // what a reader does with its own is its own
    }
    assertEquals(1, made);
  }

  @Test
  void anotherPositionAndAnotherRunAreOthers() {
    assertEquals(1, of("r1", 1, Preludes.LARGE).getByte(0));
    assertEquals(2, of("r1", 2, Preludes.LARGE).getByte(0));
    assertEquals(1, of("r2", 1, Preludes.LARGE).getByte(0));
    assertEquals(3, made);
  }

  @Test
  void whatIsSmallOrTooLargeIsNotKept() {
    of("r1", 1, Preludes.LARGE - 1);
    of("r1", 2, (int) Preludes.MOST_BYTES + 1);
    assertEquals(0, preludes.bytes());
  }

  @Test
  void theOldestGoIfThereAreTooManyBytes() {
    for (int run = 0; run < 100; run++) {
      of("r" + run, 1, 1 << 20);
      of("r0", 1, 1 << 20);
      assertTrue(preludes.bytes() <= Preludes.MOST_BYTES, preludes.bytes() + " bytes");
    }
    assertEquals(100, made, "the one that is read stays");
  }
}
