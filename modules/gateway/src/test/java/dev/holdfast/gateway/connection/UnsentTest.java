package dev.holdfast.gateway.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.limits.NodeMemory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each client counted as 256 KiB, also one for which a snapshot of 4 MiB waited. */
class UnsentTest {
  private static final int LEAST = 256;
  private static final int OF_USER = 5_000;
  private static final Caller.User ANN = new Caller.User("acme", "ann", Set.of(), Set.of());
  private static final Caller.User BOB = new Caller.User("acme", "bob", Set.of(), Set.of());

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final NodeMemory memory = NodeMemory.of(meters, 1, 4 * OF_USER);
  private final Unsent one = new Unsent(memory.frames(), LEAST);
  private final Unsent other = new Unsent(memory.frames(), LEAST);

  @Test
  void whatWaitsIsCountedAsItIs() {
    assertTrue(one.blocked(10, ANN));
    assertEquals(LEAST, counted());
    assertTrue(one.blocked(4_000, ANN));
    assertTrue(one.blocked(3_000, ANN), "a part of it was taken");
    assertEquals(4_000, counted());

    assertFalse(other.blocked(2_000, ANN), "more than the user's part");
    assertTrue(other.blocked(2_000, BOB));
    one.free();
    one.free();
    assertEquals(2_000, counted());
  }

  @Test
  void whoIsNotKnownYetIsNotCounted() {
    assertTrue(one.blocked(4_000, null));
    assertEquals(0, counted());
    one.free();
    assertEquals(0, counted());
  }

  private double counted() {
    return meters.get("holdfast.budget.bytes").tag("kind", "frames").gauge().value();
  }
}
