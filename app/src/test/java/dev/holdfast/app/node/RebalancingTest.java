package dev.holdfast.app.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RebalancingTest {
  private static final NodeId A = new NodeId("a", 1);
  private static final NodeId B = new NodeId("b", 1);
  private static final NodeId C = new NodeId("c", 1);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private Set<NodeId> live = Set.of(A, B, C);
  private final Map<NodeId, Integer> others = new HashMap<>(Map.of(B, 93, C, 0));
  private boolean held = true;
  private int own = 1_407;
  private int moved;
  private boolean crowded;
  private long now = System.nanoTime();
  private final Rebalancing rebalancing =
      new Rebalancing(null, () -> held, () -> live, () -> others, new Own());

  /** After two kills one node of three held 1,407 of 1,500 connections, for good. */
  @Test
  void aNodeWithMoreThanItsShareMovesItInAboutAMinute() {
    seconds(10);
    assertEquals(0, moved, "not before the cluster is settled");

    seconds(62);
    assertTrue(own <= 550, "left: " + own);
    seconds(60);
    assertTrue(own >= 500 && own <= 526, "left: " + own);
  }

  @Test
  void noMoreThanOneOfAHundredIsAskedInASecond() {
    seconds(20);
    int before = moved;
    seconds(1);
    assertTrue(moved - before <= 15, "moved: " + (moved - before));
  }

  @Test
  void nodesWithASurplusShareThePace() {
    double one = Rebalancing.pace(750, Map.of(B, 750, C, 0));
    assertEquals(7.5, one, 0.01);
    assertEquals(0, Rebalancing.pace(0, Map.of(B, 750, C, 750)));
    assertEquals(0, Rebalancing.pace(500, Map.of(B, 495, C, 505)));
    assertEquals(0, Rebalancing.pace(1, Map.of(B, 0)), "one cannot be shared");
  }

  @Test
  void nothingMovesWhileTheClusterChangesOrIsNotHeard() {
    seconds(30);
    others.remove(C);
    moved = 0;
    seconds(30);
    assertEquals(0, moved, "a node is not heard");
    others.put(C, 0);
    held = false;
    seconds(30);
    assertEquals(0, moved, "the lease is not held");
    held = true;
    live = Set.of(A, B);
    others.remove(C);
    seconds(10);
    assertEquals(0, moved, "a node has gone lately");
    seconds(1);
    assertTrue(moved > 0);
  }

  /** Clients that moved came to the other full node as often as to the empty one. */
  @Test
  void aNodeWithMoreThanItsShareTakesNobodyThatAnotherAskedToMove() {
    own = 750;
    others.putAll(Map.of(B, 750, C, 0));
    seconds(5);
    assertFalse(crowded, "not before the cluster is settled");
    seconds(6);
    assertTrue(crowded);

    own = 500;
    others.putAll(Map.of(B, 650, C, 350));
    seconds(1);
    assertFalse(crowded, "it has no more than its share");

    own = 700;
    live = Set.of(A, B);
    others.remove(C);
    seconds(1);
    assertFalse(crowded, "a node has gone");
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      now += SECOND;
      rebalancing.look(now);
    }
  }

  private final class Own implements Rebalancing.Clients {
    @Override
    public int count() {
      return own;
    }

    /** Who moves comes to the node with the fewest. */
    @Override
    public void move(int count) {
      moved += count;
      own -= count;
      NodeId least = others.getOrDefault(C, Integer.MAX_VALUE) <= others.get(B) ? C : B;
      others.merge(least, count, Integer::sum);
    }

    @Override
    public void crowded(boolean now) {
      crowded = now;
    }
  }
}
