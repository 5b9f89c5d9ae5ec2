package dev.holdfast.core.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Budget budget = new Budget(registry);

  private double gauge(String name) {
    return registry.get(name).tag("kind", "rings").gauge().value();
  }

  @Test
  void aShareGivesWhatFitsAndShowsIt() {
    Budget.Share share = budget.share("rings", 100);

    assertTrue(share.tryTake(60));
    assertFalse(share.tryTake(60));
    assertTrue(share.tryTake(40));
    assertFalse(share.isOver());
    share.take(1);
    assertTrue(share.isOver());

    assertEquals(101, gauge("holdfast.budget.bytes"));
    assertEquals(100, gauge("holdfast.budget.limit.bytes"));
    assertEquals(1, registry.get("holdfast.budget.refused").counter().count());
  }

  @Test
  void whatIsLargerThanTheLimitIsHadAlone() {
    Budget.Share share = budget.share("rings", 100);

    assertTrue(share.tryTake(1_000));
    assertFalse(share.tryTake(1));
    share.give(1_000);
    assertTrue(share.tryTake(1));
  }

  @Test
  void manyThreadsNeverTakeMoreThanThereIs() {
    Budget.Share share = budget.share("rings", 1_000);
    var taken = new AtomicLong();

    IntStream.range(0, 100_000).parallel().forEach(i -> taken.addAndGet(share.tryTake(7) ? 7 : 0));

    assertEquals(994, taken.get());
    assertEquals(994, share.used());
  }

  /** A gauge of the first life was shown for ever, and read from what nobody used any more. */
  @Test
  void theNextLifeOfANodeHasGaugesOfItsOwn() {
    budget.share("rings", 100).take(50);
    budget.close();
    assertNull(registry.find("holdfast.budget.bytes").gauge());

    new Budget(registry).share("rings", 200).take(10);

    assertEquals(10, gauge("holdfast.budget.bytes"));
    assertEquals(200, gauge("holdfast.budget.limit.bytes"));
  }

  @Test
  void aLimitIsAPartOfTheHeapUnlessItIsSet() {
    assertEquals(7, Budget.partOfHeap(7, 8));
    assertEquals(Runtime.getRuntime().maxMemory() / 8, Budget.partOfHeap(0, 8));
  }
}
