package dev.holdfast.gateway.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.core.Position;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A frame of the server as a stream of a run reads it.
 *
 * @param members the frame's texts and numbers by name
 * @param data its {@code data} as JSON in UTF-8; empty if it has none
 */
public record RunFrame(Map<String, String> members, byte[] data) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> TERMINAL = Set.of("RUN_FINISHED", "RUN_ERROR");
  private static final byte[] NONE = {};

  /** Reads a frame of this server. */
  static RunFrame read(ByteBuf line) {
    byte[] json = ByteBufUtil.getBytes(line);
    Map<String, String> members = new HashMap<>();
    byte[] data = NONE;
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("data")) {
          int from = (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          data = Arrays.copyOfRange(json, from, (int) parser.currentLocation().getByteOffset());
        } else if (parser.currentToken().isScalarValue()) {
          members.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a frame of our own", e);
    }
    return new RunFrame(members, data);
  }

  String type() {
    return member("type");
  }

  /** Returns a text or number; empty if there is none. */
  String member(String name) {
    return members.getOrDefault(name, "");
  }

  /** Returns the AG-UI type of an event; empty if it is another frame. */
  public String event() {
    return member("event");
  }

  /** Returns the position behind it; none if it moves no position. */
  public @Nullable Position at() {
    String seq = member("seq");
    return seq.isEmpty() ? null : new Position(member("epoch"), Long.parseLong(seq));
  }

  /** Returns whether nothing of the run comes after it. */
  boolean endsRun() {
    return type().equals("snapshot") ? hasEnd(data) : TERMINAL.contains(event());
  }

  /** Returns whether a snapshot's document is of a run that has ended. */
  static boolean hasEnd(byte[] document) {
    try (JsonParser parser = JSON.createParser(document)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.currentName().equals("end")) {
          return true;
        }
        parser.nextToken();
        parser.skipChildren();
      }
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("a snapshot of our own", e);
    }
  }
}
