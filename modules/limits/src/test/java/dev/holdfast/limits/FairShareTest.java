package dev.holdfast.limits;

import static dev.holdfast.limits.FairShare.Outcome.NODE_FULL;
import static dev.holdfast.limits.FairShare.Outcome.PART_FULL;
import static dev.holdfast.limits.FairShare.Outcome.TAKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class FairShareTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NodeMemory memory = NodeMemory.of(registry, 800, 800);
  private final FairShare bodies = memory.bodies();

  @Test
  void aUserHasAnEighthAndATenantAHalf() {
    assertEquals(TAKEN, bodies.tryTake("a", "ann", 100));
    assertEquals(PART_FULL, bodies.tryTake("a", "ann", 1));
    for (int i = 0; i < 3; i++) {
      assertEquals(TAKEN, bodies.tryTake("a", "u" + i, 100));
    }
    assertEquals(PART_FULL, bodies.tryTake("a", "bob", 100));
    assertEquals(PART_FULL, bodies.tryTake("a", null, 1));
    assertEquals(TAKEN, bodies.tryTake("b", "ann", 100));
    bodies.give("a", "ann", 100);
    assertEquals(TAKEN, bodies.tryTake("a", "bob", 100));
  }

  @Test
  void whoHasNoneGetsOneHoweverLargeWhereTheNodeHasRoom() {
    assertEquals(TAKEN, bodies.tryTake("a", "ann", 700));
    assertEquals(NODE_FULL, bodies.tryTake("b", "bob", 200));
    assertEquals(TAKEN, bodies.tryTake("b", "bob", 100));
    assertEquals(800, registry.get("holdfast.budget.bytes").tag("kind", "bodies").gauge().value());
    assertEquals(1, registry.counter("holdfast.budget.refused", "kind", "bodies").count());
  }

  @Test
  void whatCannotBeRefusedIsCountedPastAllParts() {
    bodies.take("a", "ann", 900);
    bodies.take("a", "ann", 100);
    assertEquals(PART_FULL, bodies.tryTake("a", "ann", 1));
    assertEquals(NODE_FULL, bodies.tryTake("b", "bob", 1));
    bodies.give("a", "ann", 900);
    bodies.give("a", "ann", 100);
    assertEquals(TAKEN, bodies.tryTake("a", "ann", 100));
  }
}
