package dev.holdfast.sessions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.BusCodec;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionMessagesTest {
  private static final Caller.User ANN =
      new Caller.User("acme", "ann", Set.of("r"), Set.of("publish:topic:*"));
  private static final SessionRef REF = new SessionRef("acme", "s1", 3);
  private static final NodeId NODE = new NodeId("n1", 42);
  private static final Map<ChannelName, Position> CURSORS =
      Map.of(
          ChannelName.topic("a/b"),
          new Position("E1", 1),
          ChannelName.TENANT,
          new Position("E2", 0));

  static Stream<BusValue> values() {
    return Stream.concat(messages(), answers());
  }

  private static Stream<BusValue> messages() {
    var connection = new ConnectionInfo("c1", "web 1.0", "10.0.0.1", 99);
    return Stream.of(
        new SessionMessage.Attach(ANN, null, NODE, connection),
        new SessionMessage.Detach(REF, NODE, CURSORS),
        new SessionMessage.StoreCursors(
            List.of(new SessionMessage.StoreCursors.Entry(REF, CURSORS))),
        new SessionMessage.Subscribe(REF, CURSORS),
        new SessionMessage.Unsubscribe(REF, ChannelName.TENANT),
        new SessionMessage.NotePublishing(REF, ChannelName.user("ann")),
        new SessionMessage.Create(ANN, "acme", "ann", Map.of("k", "v")),
        new SessionMessage.Get(ANN, "acme", "s1"),
        new SessionMessage.SetAttributes(ANN, "acme", "s1", 1, Map.of()),
        new SessionMessage.Touch(ANN, "acme", "s1"),
        new SessionMessage.ListSessions(ANN, "acme", null, "", 10),
        new SessionMessage.Close(ANN, "acme", "s1", "closed"),
        new SessionMessage.Views("acme", List.of("s1")),
        new SessionMessage.Sweep(List.of(1, 2), Set.of(NODE)),
        new SessionMessage.Reap(NODE, 5),
        new SessionMessage.Renew(NODE, ""));
  }

  private static Stream<BusValue> answers() {
    var connection = new ConnectionInfo("c1", "web 1.0", "10.0.0.1", 99);
    var attachment = new Attachment(NODE, "c1", 3);
    var view =
        new SessionView(
            "acme",
            "s1",
            "ann",
            1,
            attachment,
            connection,
            0,
            2,
            Map.of("k", "v"),
            CURSORS.keySet());
    return Stream.of(
        new Attached(REF, true, 1, CURSORS, CURSORS.keySet(), CURSORS.keySet(), attachment),
        new Answer.Done(),
        new Answer.Unheld(List.of(new Answer.Unheld.Entry(REF, ErrorCode.LOST))),
        new Answer.Page(List.of(view), "s1"),
        new Answer.Swept(1, true),
        new Answer.Reaped(1, false),
        new Answer.Renewed(1, 0, 1, null),
        new NodeNotice.Replaced("acme", "s1", 2),
        new NodeNotice.Ended("acme", "s1", 2, "closed"),
        new NodeNotice.Disconnect("acme", "s1", "c1", "moved"),
        new NodeNotice.Subscribed("acme", "s1", ChannelName.TENANT, new Position("E1", 1)),
        new NodeNotice.Unsubscribed("acme", "s1", ChannelName.TENANT));
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
  void attributesHaveBounds() {
    assertRefused(Map.of("", "v"));
    assertRefused(Map.of("k".repeat(65), "v"));
    assertRefused(Map.of("k", "v".repeat(4_097)));
    assertRefused(
        java.util.stream.IntStream.range(0, 65)
            .boxed()
            .collect(java.util.stream.Collectors.toMap(i -> "k" + i, i -> "v")));
    assertRefused(Collections.singletonMap("k", null));
  }

  @Test
  void configurationNamesAllItsProblemsAtOnce() {
    var problem =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new SessionsConfig(
                    Duration.ofDays(1),
                    Map.of("bad name", Duration.ofSeconds(1)),
                    Duration.ofHours(24),
                    257));

    assertTrue(problem.getMessage().contains("linger: "), problem.getMessage());
    assertTrue(problem.getMessage().contains("bad name"), problem.getMessage());
    assertTrue(problem.getMessage().contains("channels: 1 to 256"), problem.getMessage());
  }

  @Test
  void aMemberIsGoneOnlyAtASecondLook() {
    var patient = new Suspects(60_000);
    assertFalse(patient.isGone("i", "m"));
    assertFalse(patient.isGone("i", "m"), "too soon: it may be on its way");
    var hasty = new Suspects(0);
    assertFalse(hasty.isGone("i", "m"));
    assertFalse(hasty.isGone("j", "m"));
    assertTrue(hasty.isGone("i", "m"));
  }

  private static void assertRefused(Map<String, String> attributes) {
    assertThrows(
        HoldfastException.class,
        () -> new SessionMessage.SetAttributes(ANN, "acme", "s1", 0, attributes));
  }
}
