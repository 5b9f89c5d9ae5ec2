package dev.holdfast.gateway.connection;

import dev.holdfast.protocol.ClientFrame;

/** Leads a connection from its hello to the welcome, or closes it. */
public interface Greeter {
  void greet(Connection connection, ClientFrame.Hello hello);
}
