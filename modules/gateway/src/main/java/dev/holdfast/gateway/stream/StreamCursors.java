package dev.holdfast.gateway.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a stream's reader: its session, and a cursor per channel. Its text form is the id of
 * a message, which comes back as {@code Last-Event-ID}. Like the cursors of a hello, it gives its
 * bearer no further right. Confined to the event loop.
 */
final class StreamCursors {
  /** Most characters of an id; a longer one is neither sent nor taken. */
  static final int LONGEST = 24_576;

  private static final JsonFactory JSON = new JsonFactory();
  private static final String VERSION = "1";

  private final Map<String, String> cursors = new LinkedHashMap<>();
  private @Nullable String session;

  /** Makes the state of a reader that has nothing yet. */
  StreamCursors() {}

  /** Reads an id. Fails with BAD_REQUEST if it is none. */
  static StreamCursors parse(String id) {
    try {
      require(id.length() <= LONGEST);
      String text = new String(Base64.getUrlDecoder().decode(id), StandardCharsets.UTF_8);
      String[] lines = text.split("\n", -1);
      require(lines.length >= 2 && lines[0].equals(VERSION));
      StreamCursors parsed = new StreamCursors();
      parsed.session = Names.id(lines[1], "session");
      for (int i = 2; i < lines.length; i++) {
        int blank = lines[i].indexOf(' ');
        require(blank > 0);
        ChannelName name = ChannelName.parse(lines[i].substring(0, blank));
        Position.parse(lines[i].substring(blank + 1));
        parsed.cursors.put(name.toString(), lines[i].substring(blank + 1));
      }
      return parsed;
    } catch (IllegalArgumentException | HoldfastException e) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "Last-Event-ID: not one of this server");
    }
  }

  /** Returns the session; none if the reader has none yet. */
  @Nullable String session() {
    return session;
  }

  Map<ChannelName, Position> positions() {
    Map<ChannelName, Position> positions = new HashMap<>();
    cursors.forEach(
        (name, cursor) -> positions.put(ChannelName.parse(name), Position.parse(cursor)));
    return positions;
  }

  String id() {
    StringBuilder text = new StringBuilder(VERSION).append('\n').append(session);
    cursors.forEach((name, cursor) -> text.append('\n').append(name).append(' ').append(cursor));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Notes the position that a frame moves.
   *
   * @param frame its JSON, in the order in which the server writes members
   * @return whether the message needs an id: something moved, and the id is not too long
   */
  boolean note(ByteBuf frame) {
    InputStream text = new ByteBufInputStream(frame.duplicate());
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      String type = needed(parser, "type");
      boolean moved =
          switch (type) {
            case "welcome" -> welcome(needed(parser, "session"));
            case "subscribed", "event", "live" -> moved(parser);
            case "gap" -> gap(parser);
            case "unsubscribed" -> cursors.remove(needed(parser, "channel")) != null;
            default -> false;
          };
      return moved && id().length() <= LONGEST;
    } catch (IOException e) {
      throw new IllegalStateException("a frame of our own", e);
    }
  }

  private boolean welcome(String attached) {
    session = attached;
    return true;
  }

  private boolean moved(JsonParser parser) throws IOException {
    String channel = needed(parser, "channel");
    String epoch = text(parser, "epoch");
    return epoch != null && put(channel, epoch, needed(parser, "seq"));
  }

  private boolean gap(JsonParser parser) throws IOException {
    String channel = needed(parser, "channel");
    while (!"to".equals(parser.currentName()) || parser.currentToken() != JsonToken.START_ARRAY) {
      parser.nextToken();
    }
    parser.nextToken();
    String epoch = parser.getText();
    parser.nextToken();
    return put(channel, epoch, parser.getText());
  }

  private boolean put(String channel, String epoch, String seq) {
    return !(epoch + ":" + seq).equals(cursors.put(channel, epoch + ":" + seq));
  }

  private static String needed(JsonParser parser, String name) throws IOException {
    return Objects.requireNonNull(text(parser, name), name);
  }

  /** Returns the value of the next member; none if it has another name. */
  private static @Nullable String text(JsonParser parser, String name) throws IOException {
    parser.nextToken();
    boolean named = name.equals(parser.currentName());
    parser.nextToken();
    return named ? parser.getText() : null;
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException();
    }
  }
}
