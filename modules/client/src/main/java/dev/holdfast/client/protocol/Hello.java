package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.SessionOptions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes the first frame of each connection: the application, its token, and the session with its
 * cursors.
 */
final class Hello {
  private final SessionOptions options;
  private final String instance = fresh();

  Hello(SessionOptions options) {
    this.options = options;
  }

  /**
   * @param attempt counts the connections of this client, from 1
   * @param move whether a node asked the client to move
   * @param session the one to resume, with its cursors; none for a new one
   */
  String text(
      int attempt, String token, boolean move, @Nullable SessionInfo session, Readings readings) {
    ObjectNode hello = Frames.frame("hello").put("token", token);
    hello
        .putObject("client")
        .put("name", options.name())
        .put("version", options.version())
        .put("instance", instance)
        .put("attempt", attempt);
    if (move) {
      hello.put("move", true);
    }
    if (session != null) {
      hello.put("resume", session.id());
      hello.set("channels", readings.received());
    }
    return hello.toString();
  }

  /** Returns 96 random bits as text. */
  private static String fresh() {
    byte[] bytes = new byte[12];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
