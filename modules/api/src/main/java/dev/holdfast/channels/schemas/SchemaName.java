package dev.holdfast.channels.schemas;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;

/**
 * The publications that a schema is for. A publisher names the version at the end of the event,
 * {@code order.created/2}; an event without one is held against the newest version.
 *
 * @param event the event's name without a version, at most 117 characters
 * @param version 1 to 999,999,999
 */
public record SchemaName(String event, int version) implements BusValue {
  static final int MAX_VERSION = 999_999_999;

  public SchemaName {
    Names.event(event);
    if (version < 1 || version > MAX_VERSION) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "version: 1 to " + MAX_VERSION);
    }
    Names.event(event + "/" + version);
    if (versioned(event)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "event: without a version at its end");
    }
  }

  /** Returns whether an event's name ends in {@code /<version>}. */
  public static boolean versioned(String event) {
    int slash = event.lastIndexOf('/');
    int digits = event.length() - slash - 1;
    if (slash < 1 || digits < 1 || digits > 9 || event.charAt(slash + 1) == '0') {
      return false;
    }
    return event.chars().skip(slash + 1L).allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public String toString() {
    return event + "/" + version;
  }
}
