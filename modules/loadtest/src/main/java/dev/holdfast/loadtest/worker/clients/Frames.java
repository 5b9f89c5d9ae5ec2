package dev.holdfast.loadtest.worker.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Frames that are rare enough for trees. Any thread. */
final class Frames {
  static final String PONG = "{\"type\":\"pong\"}";
  static final String PING = "{\"type\":\"ping\"}";
  static final String CLOSE = "{\"type\":\"close\"}";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Frames() {}

  static ObjectNode frame(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  /**
   * @throws IOException if it is no JSON object
   */
  static JsonNode read(byte[] bytes, int length) throws IOException {
    JsonNode frame = JSON.readTree(bytes, 0, length);
    if (!frame.isObject()) {
      throw new IOException("a frame is no JSON object");
    }
    return frame;
  }
}
