package dev.holdfast.testkit.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a publication of a test: who published it, and its number among that one's in its
 * channel; unique in a channel, so that it is known wherever it turns up.
 *
 * @param i from 1, in the order of publishing
 */
public record Payload(String by, long i) {
  /** Returns the JSON to be published. */
  public Map<String, Object> data() {
    return Map.of("by", by, "i", i);
  }

  /** Returns the payload; none: it is not one. */
  static @Nullable Payload of(@Nullable JsonNode data) {
    return data != null && data.has("by") && data.has("i")
        ? new Payload(data.get("by").asText(), data.get("i").asLong())
        : null;
  }

  @Override
  public String toString() {
    return by + "#" + i;
  }
}
