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
  /** Most channels that are named as wanted; a server allows no more for one session. */
  private static final int MOST_WANTED = 256;

  private final SessionOptions options;
  private final String instance = fresh();
  private long limit = Frames.LIMIT;

  Hello(SessionOptions options) {
    this.options = options;
  }

  /** Sets the most bytes of a frame, as the last welcome names them. */
  void limit(long bytes) {
    limit = bytes;
  }

  /**
   * @param attempt counts the connections of this client, from 1
   * @param move whether a node asked the client to move
   * @param session the one to resume; none for a new one
   */
  String text(
      int attempt,
      String token,
      boolean move,
      @Nullable SessionInfo session,
      Readings readings,
      Questions questions) {
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
    if (session == null) {
      return hello.toString();
    }
    hello.put("resume", session.id());
    hello.set("channels", readings.received());
    ObjectNode wanted = questions.wanted();
    readings.received().fieldNames().forEachRemaining(name -> want(name, wanted));
    ObjectNode whole = hello.deepCopy();
    whole.set("subscriptions", wanted);
    // Too many are left out: the server takes the rest as it is.
    boolean fits = wanted.size() <= MOST_WANTED && Frames.size(whole) <= limit;
    return (fits ? whole : hello).toString();
  }

  private static void want(String channel, ObjectNode wanted) {
    if (channel.startsWith("topic:") || channel.startsWith("run:")) {
      wanted.put(channel, "latest");
    }
  }

  /** Returns 96 random bits as text. */
  private static String fresh() {
    byte[] bytes = new byte[12];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
