package dev.holdfast.client.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.Snapshot;
import dev.holdfast.client.session.Subscribed;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes the JSON of the wire. A frame without a required member is a {@link
 * NonsenseException}.
 */
final class Frames {
  /** Ids of frames, each used once in a client's life. */
  static final class Ids {
    private long last;

    String next() {
      return Long.toString(++last);
    }
  }

  static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  static final String PING = "{\"type\":\"ping\"}";
  static final String PONG = "{\"type\":\"pong\"}";
  static final String CLOSE = "{\"type\":\"close\"}";

  /** Most bytes of one frame, before a welcome names another limit. */
  static final long LIMIT = 65_536;

  /** Longest heartbeat in s; a day is as good as never. */
  private static final long LONGEST_BEAT = 86_400;

  /** Most bytes that the id and the number of a frame take. */
  private static final int HEAD = 48;

  private Frames() {}

  static ObjectNode frame(String type) {
    return MAPPER.createObjectNode().put("type", type);
  }

  /**
   * Makes a frame whose id comes before its data: a server that can't read the data refuses it by
   * its id.
   */
  static ObjectNode question(String type) {
    return frame(type).put("id", "");
  }

  static ObjectNode volatilePublish(String channel, String event, JsonNode data) {
    ObjectNode frame = question("publish").put("channel", channel).put("event", event);
    frame.put("class", "volatile").set("data", data);
    return frame;
  }

  static ObjectNode request(String service, String method, JsonNode data, long timeout) {
    ObjectNode frame = question("request").put("service", service).put("method", method);
    frame.put("timeout", timeout).set("data", data);
    return frame;
  }

  /** Reads the answer to a {@code subscribe}. */
  static Subscribed subscribed(JsonNode data) {
    return new Subscribed(
        data.has("epoch") ? position(data) : null, data.path("expiresIn").asLong(0));
  }

  /** Returns the bytes on the wire, except for a longer id and a number. */
  static int size(ObjectNode frame) {
    return frame.toString().getBytes(StandardCharsets.UTF_8).length + HEAD;
  }

  static ObjectNode parse(String text) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode frame) {
        return frame;
      }
      throw new NonsenseException("a frame is no JSON object");
    } catch (JsonProcessingException e) {
      throw new NonsenseException("a frame is not JSON");
    }
  }

  static JsonNode member(JsonNode frame, String name) {
    JsonNode member = frame.get(name);
    if (member == null) {
      throw new NonsenseException(name + ": missing");
    }
    return member;
  }

  static String text(JsonNode frame, String name) {
    JsonNode member = member(frame, name);
    if (!member.isTextual() || member.textValue().isEmpty()) {
      throw new NonsenseException(name + ": no text");
    }
    return member.textValue();
  }

  static long number(JsonNode frame, String name, long min) {
    JsonNode member = member(frame, name);
    if (!member.canConvertToLong() || !member.isIntegralNumber() || member.longValue() < min) {
      throw new NonsenseException(name + ": no whole number from " + min);
    }
    return member.longValue();
  }

  /** Returns the position of a frame with the members {@code epoch} and {@code seq}. */
  static Cursor position(JsonNode frame) {
    return new Cursor(text(frame, "epoch"), number(frame, "seq", 0));
  }

  /** Returns the position of a member {@code [epoch, seq]}. */
  static Cursor cursor(JsonNode frame, String name) {
    JsonNode pair = member(frame, name);
    if (pair.size() != 2 || !pair.path(0).isTextual() || !pair.path(1).isIntegralNumber()) {
      throw new NonsenseException(name + ": no cursor");
    }
    return new Cursor(pair.get(0).textValue(), pair.get(1).longValue());
  }

  static Event event(ObjectNode frame) {
    boolean isVolatile = frame.path("class").asText().equals("volatile");
    JsonNode from = frame.path("from");
    return new Event(
        text(frame, "channel"),
        text(frame, "event"),
        member(frame, "data"),
        isVolatile ? null : position(frame),
        frame.path("at").asLong(),
        from.path("user").asText(null),
        from.path("service").asText(null));
  }

  static Gap gap(ObjectNode frame) {
    return new Gap(
        text(frame, "channel"),
        cursor(frame, "from"),
        cursor(frame, "to"),
        frame.path("reason").asText());
  }

  static SessionInfo session(ObjectNode welcome) {
    return new SessionInfo(
        text(welcome, "session"),
        member(welcome, "resumed").asBoolean(),
        welcome.path("generation").asLong(),
        welcome.path("node").asText());
  }

  /** Returns the heartbeat of a welcome in ms. */
  static long heartbeat(ObjectNode welcome) {
    return Math.min(number(welcome, "heartbeat", 1), LONGEST_BEAT) * 1_000;
  }

  /** Returns the most bytes of a frame by a welcome. */
  static long limit(ObjectNode welcome) {
    return number(member(welcome, "limits"), "frame", 1);
  }

  static Snapshot snapshot(ObjectNode frame) {
    return new Snapshot(text(frame, "channel"), position(frame), member(frame, "data"));
  }

  static RefusedException refusal(ObjectNode error) {
    return new RefusedException(
        text(error, "code"), error.path("message").asText(), error.path("retryable").asBoolean());
  }

  /** Returns the client's own refusal of a frame that is larger than the server takes. */
  static RefusedException tooLarge(int bytes, long limit) {
    return new RefusedException(RefusedException.TOO_LARGE, bytes + " bytes, of " + limit, false);
  }

  static ArrayNode array(Cursor cursor) {
    return MAPPER.createArrayNode().add(cursor.epoch()).add(cursor.seq());
  }
}
