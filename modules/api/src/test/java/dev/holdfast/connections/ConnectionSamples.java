package dev.holdfast.connections;

import dev.holdfast.connections.usage.UsageMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.ConnectionInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message of the registry of connections, and of usage. */
public final class ConnectionSamples {
  private static final NodeId NODE = new NodeId("n1", 42);
  private static final Caller SERVICE = new Caller.Service("s", "1", Set.of("*"), Set.of());

  private ConnectionSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(requests(), answers(), usage()).flatMap(each -> each);
  }

  private static Stream<BusValue> requests() {
    var selection = new ConnectionMessage.Selection("acme", "ann", NODE);
    return Stream.of(
        selection,
        new ConnectionMessage.Find(SERVICE, "acme", "s1"),
        new ConnectionMessage.ListConnections(SERVICE, selection, "", 5),
        new ConnectionMessage.Count(SERVICE, selection),
        new ConnectionMessage.Disconnect(SERVICE, "acme", "s1", "moved"),
        new ConnectionMessage.Nodes(SERVICE));
  }

  private static Stream<BusValue> answers() {
    var info = new ConnectionInfo("c1", "web 1.0", "10.0.0.1", 99);
    var connection = new Connection("acme", "s1", "ann", NODE, 3, info);
    var node = new NodeInfo("10.0.0.1:8080", "1.0");
    var live = new ConnectionAnswer.LiveNode(NODE, node);
    return Stream.of(
        connection,
        node,
        live,
        new ConnectionAnswer.Page(List.of(connection), null),
        new ConnectionAnswer.Counted(3),
        new ConnectionAnswer.Nodes(List.of(live)),
        new ConnectionAnswer.Disconnected(true));
  }

  private static Stream<BusValue> usage() {
    var row = new UsageMessage.Row("acme", "ann", 100, 2);
    var day = new UsageMessage.DayUsed("2026-01-31", Map.of("connects", 2L));
    return Stream.of(
        new UsageMessage.Days(SERVICE, "acme", 7),
        day,
        new UsageMessage.DaysUsed(List.of(day)),
        new UsageMessage.Show(SERVICE, "acme", 10),
        new UsageMessage.Erase(SERVICE, "acme", null, ChannelName.topic("news"), "17"),
        row,
        new UsageMessage.Usage(true, 2, 100, List.of(row), List.of(row), List.of()),
        new UsageMessage.Erased(1, 2, 3, 4, Map.of("int", 5), "18"),
        new UsageMessage.Export(SERVICE, "acme", "ann", "e1", 0),
        new UsageMessage.Exported("{}\n", false),
        new UsageMessage.LeaveExport(SERVICE, "e1"),
        new UsageMessage.Left(true));
  }
}
