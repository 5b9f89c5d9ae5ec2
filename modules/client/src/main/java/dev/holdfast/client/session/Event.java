package dev.holdfast.client.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/**
 * One event of a channel.
 *
 * @param cursor none if it is volatile
 * @param at ms since 1970, by the server's clock
 * @param user its publisher; none if a service published it
 * @param service its publisher; none if a user published it
 */
public record Event(
    String channel,
    String event,
    JsonNode data,
    @Nullable Cursor cursor,
    long at,
    @Nullable String user,
    @Nullable String service) {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  public boolean isVolatile() {
    return cursor == null;
  }

  /**
   * Returns the data as a Java value.
   *
   * @throws IllegalArgumentException if it is not one of that type
   */
  public <T> T data(Class<T> type) {
    try {
      return MAPPER.treeToValue(data, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("data of " + event + ": " + e.getOriginalMessage(), e);
    }
  }
}
