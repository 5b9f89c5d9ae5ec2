package dev.holdfast.core.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastComersTest {
  private final List<String> closed = new ArrayList<>();
  private final LastComers<String> few = new LastComers<>(2, this::close);
  private boolean closes = true;

  @Test
  void theOneThatIsThereForLongestGoesForANewerOne() {
    few.came("a");
    few.came("b");
    assertEquals(List.of(), closed);

    few.came("c");
    few.came("d");

    assertEquals(List.of("a", "b"), closed);
    assertEquals(2, few.count());
    assertEquals(2, few.dropped());
    assertFalse(few.left("a"), "it was dropped");
  }

  private boolean close(String one) {
    return closes && closed.add(one);
  }

  /** A connection that its event loop does not have yet. */
  @Test
  void whoComesIsRefusedWhereTheOldestCanNotBeClosedYet() {
    few.came("a");
    few.came("b");
    closes = false;

    assertFalse(few.came("c"));
    assertEquals(1, few.dropped());

    closes = true;
    assertTrue(few.came("d"));
    assertEquals(List.of("a"), closed);
    assertFalse(few.left("c"), "it never came");
  }

  @Test
  void whoLeavesMakesRoom() {
    few.came("a");
    few.came("b");

    assertTrue(few.left("a"));
    few.came("c");

    assertEquals(List.of(), closed);
    assertFalse(few.left("a"), "once is enough");
    few.dropOldest();
    few.dropOldest();
    few.dropOldest();
    assertEquals(List.of("b", "c"), closed);
    assertEquals(2, few.dropped());
  }
}
