package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The channels that a session reads, each with the positions received and handled. Confined to the
 * session's thread.
 */
final class Readings {
  private static final String TENANT = "tenant";
  private static final String SESSION = "session:";

  private final Map<String, Reading> readings = new LinkedHashMap<>();
  private final Set<String> byToken = new HashSet<>();
  private String own = SESSION;

  private static final class Reading {
    @Nullable Cursor received;
    @Nullable Cursor handled;
    @Nullable Cursor acked;
    boolean live;
    boolean away;

    /** True if the server has ended it, and it is asked for again. */
    boolean left;

    void behind() {
      live = false;
      away = false;
    }
  }

  /** Notes that a connection is welcomed: channels are caught up from here on. */
  void welcomed(SessionInfo session) {
    own = SESSION + session.id();
    readings.keySet().removeIf(name -> name.startsWith(SESSION) && !name.equals(own));
    readings.values().forEach(Reading::behind);
  }

  void subscribed(String channel, Cursor at, boolean recovered) {
    Reading reading = readings.computeIfAbsent(channel, name -> new Reading());
    reading.away = false;
    reading.left = false;
    boolean moves = reading.received == null || recovered && !at.isCoveredBy(reading.received);
    reading.received = moves ? at : reading.received;
  }

  /**
   * Notes an event.
   *
   * @param cursor none if the event is volatile
   * @return false if it was received before
   */
  boolean event(String channel, @Nullable Cursor cursor) {
    if (cursor == null) {
      return true;
    }
    Reading reading = readings.computeIfAbsent(channel, name -> new Reading());
    if (cursor.isCoveredBy(reading.received)) {
      return false;
    }
    reading.received = cursor;
    return true;
  }

  void gap(Gap gap) {
    Reading reading = readings.computeIfAbsent(gap.channel(), name -> new Reading());
    reading.received = gap.to();
  }

  void snapshot(Snapshot snapshot) {
    Reading reading = readings.computeIfAbsent(snapshot.channel(), name -> new Reading());
    reading.received = snapshot.cursor();
  }

  void live(String channel, Cursor at) {
    Reading reading = readings.computeIfAbsent(channel, name -> new Reading());
    reading.live = true;
    if (reading.received == null) {
      reading.received = at;
    }
  }

  /** Removes a channel that the application no longer wants. */
  void forget(String channel) {
    readings.remove(channel);
    byToken.remove(channel);
  }

  /**
   * Notes whether a channel is read by channel tokens: if one ends, another may follow.
   *
   * @param token none: it is not
   */
  void byToken(String channel, @Nullable String token) {
    if (token == null) {
      byToken.remove(channel);
    } else {
      byToken.add(channel);
    }
  }

  /**
   * Notes that the server has ended the reading. With {@code internal}, the channel is still the
   * session's, but can't be read on this connection. One that is read by tokens keeps its position.
   */
  void ended(String channel, String code) {
    Reading reading = readings.get(channel);
    boolean left = code.equals("forbidden") && byToken.contains(channel);
    if (!left && !code.equals("internal")) {
      forget(channel);
    } else if (reading != null) {
      reading.away = true;
      reading.left = left;
    }
  }

  /** Returns the last position received; none if there is none. */
  @Nullable Cursor received(String channel) {
    Reading reading = readings.get(channel);
    return reading == null ? null : reading.received;
  }

  boolean allLive() {
    return isLive(TENANT)
        && isLive(own)
        && readings.values().stream().allMatch(reading -> reading.live || reading.away);
  }

  private boolean isLive(String channel) {
    Reading reading = readings.get(channel);
    return reading != null && (reading.live || reading.away);
  }

  /**
   * Returns the channel with this beginning; none if it is not known. A session reads one {@code
   * user:} channel.
   */
  @Nullable String named(String start) {
    return readings.keySet().stream().filter(name -> name.startsWith(start)).findAny().orElse(null);
  }

  /** Returns the last position received of each channel, for a hello. */
  ObjectNode received() {
    ObjectNode cursors = Frames.MAPPER.createObjectNode();
    readings.forEach(
        (name, reading) -> {
          if (reading.received != null && !reading.left) {
            cursors.set(name, Frames.array(reading.received));
          }
        });
    return cursors;
  }

  /**
   * Notes that the application has handled all events up to the cursor.
   *
   * @return whether the position moved
   */
  boolean handled(String channel, Cursor cursor) {
    Reading reading = readings.get(channel);
    if (reading == null || cursor.isCoveredBy(reading.handled)) {
      return false;
    }
    reading.handled = cursor;
    return true;
  }

  /** Takes the positions handled since the last time, by channel; empty if nothing was. */
  Map<String, Cursor> takeUnacked() {
    Map<String, Cursor> moved = new HashMap<>();
    readings.forEach(
        (name, reading) -> {
          if (reading.handled != null && !reading.handled.equals(reading.acked)) {
            reading.acked = reading.handled;
            moved.put(name, reading.handled);
          }
        });
    return moved;
  }
}
