package dev.holdfast.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionMessagesTest {
  private static final NodeId NODE = new NodeId("n1", 42);

  @Test
  void liveNodesShareAllThereIsToDo() {
    Set<NodeId> live = Set.of(NODE, new NodeId("n2", 1), new NodeId("n3", 7));
    List<Integer> shared = new ArrayList<>();
    live.forEach(node -> shared.addAll(new Duties(node, live).share(64)));

    assertEquals(IntStream.range(0, 64).boxed().toList(), shared.stream().sorted().toList());
    NodeId dead = new NodeId("dead", 9);
    assertEquals(1, live.stream().filter(node -> new Duties(node, live).isMine(dead)).count());
    assertEquals(List.of(), new Duties(dead, live).share(64));
  }

  @Test
  void aLeaseThatLapsedIsNotSettled() {
    var lease = new Lease(Duration.ofSeconds(60));
    long longAgo = System.nanoTime() - Duration.ofSeconds(130).toNanos();
    lease.renewed(longAgo, false);
    assertTrue(!lease.held());
    lease.renewed(System.nanoTime() - Duration.ofSeconds(30).toNanos(), false);
    assertTrue(lease.held() && !lease.settled());
    lease.lost();
    assertTrue(!lease.held());
  }

  @Test
  void configurationNamesItsProblems() {
    var problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> LeaseConfig.of(Duration.ofSeconds(6), Duration.ofSeconds(3)));
    assertTrue(problem.getMessage().contains("renewal: "), problem.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> LeaseConfig.defaults().withSweep(Duration.ofMillis(1)));
  }
}
