package dev.holdfast.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.BusCodec;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.ConnectionInfo;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionMessagesTest {
  private static final NodeId NODE = new NodeId("n1", 42);

  static Stream<BusValue> values() {
    var caller = new Caller.Service("s", "1", Set.of("*"), Set.of());
    var info = new ConnectionInfo("c1", "web 1.0", "10.0.0.1", 99);
    var connection = new Connection("acme", "s1", "ann", NODE, 3, info);
    return Stream.of(
        new ConnectionMessage.Find(caller, "acme", "s1"),
        new ConnectionMessage.ListConnections(caller, Selection.ofTenant("acme"), "", 5),
        new ConnectionMessage.Count(caller, Selection.ofNode("acme", NODE)),
        new ConnectionMessage.Disconnect(caller, "acme", "s1", "moved"),
        new ConnectionMessage.Nodes(caller),
        connection,
        new ConnectionAnswer.Page(List.of(connection), null),
        new ConnectionAnswer.Counted(3),
        new ConnectionAnswer.Nodes(
            List.of(new ConnectionAnswer.LiveNode(NODE, new NodeInfo("10.0.0.1:8080", "1.0")))),
        new ConnectionAnswer.Disconnected(true));
  }

  @ParameterizedTest
  @MethodSource("values")
  void crossesTheBusUnchanged(BusValue value) {
    var codec = new BusCodec();
    Buffer wire = Buffer.buffer();
    codec.encodeToWire(wire, value);

    assertEquals(value, codec.decodeFromWire(0, wire));
  }

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
