package dev.holdfast.sessions.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Fields of a session's hash that hold more than one value, as JSON text. */
final class SessionJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

  private SessionJson() {}

  static String names(Set<String> names) {
    return write(new TreeSet<>(names));
  }

  static String attributes(Map<String, String> attributes) {
    return write(attributes);
  }

  /**
   * @param text none: there are no attributes
   */
  static Map<String, String> attributes(@Nullable String text) {
    try {
      return text == null ? Map.of() : JSON.readValue(text, STRINGS);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
