package dev.holdfast.sessions.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.tokens.ChannelGrant;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fields of a session's hash that hold more than one value, as JSON text. */
final class SessionJson {
  private static final Logger LOG = LoggerFactory.getLogger(SessionJson.class);
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};
  private static final TypeReference<List<ChannelGrant>> GRANTS = new TypeReference<>() {};

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

  /** Returns what channel tokens add; empty: nothing. */
  static String grants(@Nullable List<ChannelGrant> grants) {
    return grants == null || grants.isEmpty() ? "" : write(grants);
  }

  /**
   * Reads what channel tokens add. What can't be read is nothing: a client shows its token again.
   */
  static List<ChannelGrant> grants(String text) {
    try {
      return text.isEmpty() ? List.of() : List.copyOf(JSON.readValue(text, GRANTS));
    } catch (JsonProcessingException | NullPointerException e) {
      LOG.warn("grants of a session are not readable: {}", e.getClass().getSimpleName());
      return List.of();
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
