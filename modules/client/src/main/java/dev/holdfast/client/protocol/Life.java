package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.session.ClientState;
import java.util.concurrent.CompletableFuture;

/** Follows the life of a client's connections: the session. Called on the session's thread. */
interface Life {
  /**
   * Returns the first frame of a connection.
   *
   * @param move whether a node asked the client to move, and another one may send it on
   */
  String hello(int attempt, String token, boolean move);

  /** Reports that the connection is no longer listened to. */
  void detached();

  /** Sends another token on the current connection. Completes when the server has taken it. */
  CompletableFuture<JsonNode> refresh(String token);

  /**
   * Reports how the renewal of the token stands.
   *
   * @param failure empty: it is renewed
   * @param wait ms to the next attempt
   */
  void tokens(String failure, long wait);

  /** Reports that no connection follows. */
  void stopped(String reason);

  void state(ClientState state);
}
