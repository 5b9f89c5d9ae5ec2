package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Position;

/**
 * One entry of a log.
 *
 * @param at Redis time in ms of the append
 * @param json a JSON object with {@code event}, {@code data} and {@code from}, in this order and
 *     without space between them
 */
public record Publication(Position position, long at, String json) implements BusValue {
  private static final String EVENT = "{\"event\":\"";
  private static final String DATA = "\",\"data\":";
  private static final String FROM = ",\"from\":{";

  /** The event's name. */
  public String event() {
    return json.substring(EVENT.length(), json.indexOf(DATA));
  }

  /** One JSON value, as the publisher wrote it. */
  public String data() {
    // Names hold no quotes or braces, so what stands last is no part of the data.
    return json.substring(json.indexOf(DATA) + DATA.length(), json.lastIndexOf(FROM));
  }
}
