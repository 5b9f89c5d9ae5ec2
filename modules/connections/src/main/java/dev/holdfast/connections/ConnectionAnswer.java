package dev.holdfast.connections;

import dev.holdfast.core.BusValue;
import java.util.List;

/** Answers of the connections service that are more, or less, than one connection. */
public sealed interface ConnectionAnswer extends BusValue {
  /**
   * @param next what to pass as {@code after} for the next page, or null at the end
   */
  record Page(List<Connection> connections, String next) implements ConnectionAnswer {
    public Page {
      connections = List.copyOf(connections);
    }
  }

  /** How many there are. */
  record Counted(long connections) implements ConnectionAnswer {}

  /**
   * @param told whether there was a connection; its node has been told, and closes it soon
   */
  record Disconnected(boolean told) implements ConnectionAnswer {}
}
