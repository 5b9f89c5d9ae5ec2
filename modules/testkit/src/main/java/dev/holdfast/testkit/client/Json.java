package dev.holdfast.testkit.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Position;

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

  /** Of a frame or reply with {@code epoch} and {@code seq}; null where it has none. */
  static Position position(JsonNode node) {
    return node.hasNonNull("epoch") && node.hasNonNull("seq")
        ? new Position(node.get("epoch").asText(), node.get("seq").asLong())
        : null;
  }

  /** Of {@code [epoch, seq]}. */
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
