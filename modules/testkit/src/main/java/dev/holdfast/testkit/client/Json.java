package dev.holdfast.testkit.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Position;
import org.jspecify.annotations.Nullable;

/** Frames as trees: what a test sends and reads is not what the server's own code makes of it. */
public final class Json {
  public static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** A frame of this type, to be filled. */
  static ObjectNode frame(String type) {
    return MAPPER.createObjectNode().put("type", type);
  }

  static ArrayNode cursor(Position position) {
    return MAPPER.createArrayNode().add(position.epoch()).add(position.seq());
  }

  /** Returns the position in a frame or reply, if it has {@code epoch} and {@code seq}. */
  static @Nullable Position position(JsonNode node) {
    return node.hasNonNull("epoch") && node.hasNonNull("seq")
        ? new Position(node.get("epoch").asText(), node.get("seq").asLong())
        : null;
  }

  /** Returns the position in a frame that always has one. */
  static Position neededPosition(JsonNode node) {
    Position position = position(node);
    if (position == null) {
      throw new IllegalArgumentException("a frame without a position: " + node);
    }
    return position;
  }

  /** Returns the position of {@code [epoch, seq]}. */
  static Position cursor(JsonNode pair) {
    return new Position(pair.get(0).asText(), pair.get(1).asLong());
  }

  /**
   * @throws IllegalArgumentException for what is not one JSON object
   */
  static ObjectNode parse(String text) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + text, e);
    }
    throw new IllegalArgumentException("not an object: " + text);
  }

  static String write(Object value) {
    try {
      return value instanceof String text ? text : MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
