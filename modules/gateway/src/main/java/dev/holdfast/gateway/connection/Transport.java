package dev.holdfast.gateway.connection;

import dev.holdfast.gateway.admission.Client;
import dev.holdfast.protocol.CloseCode;
import org.jspecify.annotations.Nullable;

/** The carrier of a connection: a WebSocket, or the response that is a stream of events. */
public interface Transport {
  /** Returns the outgoing side. */
  ClientSink sink();

  /** Returns the token that its request carried; none if the hello brings it. */
  @Nullable String token();

  /** Stops reading from the client. */
  void pause(Hold why);

  /**
   * Takes a pause back. After the last one, frames that came meanwhile and later ones are taken.
   */
  void resume(Hold why);

  /** Returns the client at its other end. */
  Client client();

  /** Notes that the hello is there: from here on the client is not limited as a stranger. */
  void greeted();

  /** Marks the client as known, see {@link dev.holdfast.gateway.admission.Visit}. */
  void known();

  /** Returns the number of channels that its request, and not a frame, asks for. */
  int asked();

  /** Returns whether a client that is still there answers a ping. */
  boolean answers();

  /**
   * Ends the connection behind all that was sent before.
   *
   * @param reason begins with the code's name, at most 123 bytes
   */
  void close(CloseCode code, String reason);
}
