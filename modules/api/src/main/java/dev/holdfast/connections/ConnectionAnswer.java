package dev.holdfast.connections;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of the connections service that are more, or less, than one connection. */
public sealed interface ConnectionAnswer extends BusValue {
  /**
   * @param next what to pass as {@code after} for the next page; none at the end
   */
  record Page(List<Connection> connections, @Nullable String next) implements ConnectionAnswer {
    public Page {
      connections = List.copyOf(connections);
    }
  }

  /** The live nodes, in the order of their ids. */
  record Nodes(List<LiveNode> nodes) implements ConnectionAnswer {
    public Nodes {
      nodes = List.copyOf(nodes);
    }
  }

  /** A node that holds its lease, and what it says of itself. */
  record LiveNode(NodeId node, NodeInfo info) implements BusValue {}

  /** A number of connections. */
  record Counted(long connections) implements ConnectionAnswer {}

  /**
   * @param notified whether there was a connection; its node has been notified, and closes it soon.
   *     {@code told} on the bus
   */
  record Disconnected(@JsonProperty("told") boolean notified) implements ConnectionAnswer {}
}
