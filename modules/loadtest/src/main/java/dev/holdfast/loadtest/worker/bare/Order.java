package dev.holdfast.loadtest.worker.bare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * An order to write: a line of JSON on standard input.
 *
 * @param startAt µs since 1970
 * @param millis for how long
 * @param rate events per second to each socket; 0: as fast as all of them take it
 * @param payload bytes of each event's data
 */
public record Order(long startAt, long millis, double rate, int payload) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Order {
    if (millis < 0 || rate < 0 || payload < 0) {
      throw new IllegalArgumentException("millis, rate and payload: not below 0");
    }
  }

  /**
   * @throws IllegalArgumentException with what is wrong with it
   */
  static Order parse(String line) {
    try {
      return JSON.readValue(line, Order.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  long endAt() {
    return startAt + millis * 1_000;
  }
}
