package dev.holdfast.gateway.connection;

import dev.holdfast.gateway.admission.Client;
import dev.holdfast.protocol.CloseCode;
import org.jspecify.annotations.Nullable;

/** Carries a connection: a WebSocket, or the response that is a stream of events. */
public interface Transport {
  /** The way out. */
  ClientSink sink();

  /** The token that its request carried; none: the hello brings it. */
  @Nullable String token();

  /** Reads nothing more from the client. */
  void pause(Hold why);

  /** Takes a pause back; after the last one, what the client has said, and says, is taken. */
  void resume(Hold why);

  /** The client at its other end. */
  Client client();

  /** The hello is there: from here on the client is not limited as a stranger. */
  void greeted();

  /** The client is one of ours, see {@link dev.holdfast.gateway.admission.Visit}. */
  void known();

  /** The number of channels that its request asks for, which no frame does. */
  int asked();

  /** Returns whether a client that is there answers a ping. */
  boolean answers();

  /**
   * Ends it, after what was sent before.
   *
   * @param reason begins with the code's name, at most 123 bytes
   */
  void close(CloseCode code, String reason);
}
