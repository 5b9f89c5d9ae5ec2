package dev.holdfast.gateway.connection;

import dev.holdfast.gateway.admission.Client;
import dev.holdfast.protocol.CloseCode;

/** What carries a connection: a WebSocket, or the response that is a stream of events. */
public interface Transport {
  /** The way out. */
  ClientSink sink();

  /** The token that its request carried, or null. */
  String token();

  /** What the client says waits from here on. */
  void pause(Hold why);

  /** Takes a pause back; where it was the last, what the client has said, and says, is taken. */
  void resume(Hold why);

  /** Who is at its other end. */
  Client client();

  /** The hello is there: what comes from here on is that of somebody who says who he is. */
  void greeted();

  /** The client is one of ours, see {@link dev.holdfast.gateway.admission.Visit}. */
  void known();

  /** How many channels its request asks for, which no frame does. */
  int asked();

  /** Whether a client that is there answers a ping. */
  boolean answers();

  /**
   * Ends it, after what was sent before.
   *
   * @param reason begins with the code's name, at most 123 bytes
   */
  void close(CloseCode code, String reason);
}
