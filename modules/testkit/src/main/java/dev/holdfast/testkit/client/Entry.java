package dev.holdfast.testkit.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.Position;
import org.jspecify.annotations.Nullable;

/** A line of a {@link Ledger}. {@code at} is {@link System#nanoTime()} when it was read. */
public sealed interface Entry {
  long at();

  /** Returns the channel that it is about, if it is about one. */
  default @Nullable String channel() {
    return null;
  }

  record Welcomed(
      long at, String session, long generation, String node, String connection, boolean resumed)
      implements Entry {}

  /**
   * @param position where reading goes on
   * @param recovered false: a gap is to follow
   */
  record Subscribed(long at, String channel, Position position, boolean recovered)
      implements Entry {}

  record Unsubscribed(long at, String channel, String code) implements Entry {}

  /**
   * @param position none: it is volatile
   */
  record Received(long at, String channel, @Nullable Position position, String event, JsonNode data)
      implements Entry {}

  record Snapshot(long at, String channel, Position position, JsonNode data) implements Entry {}

  record Gap(long at, String channel, Position from, Position to, String reason) implements Entry {}

  record Live(long at, String channel, Position position) implements Entry {}

  /** An error that the server sent, to a frame or of the connection. */
  record Refused(long at, String code) implements Entry {}

  /**
   * @param current false for a connection that this client had given up before, for example after
   *     it opened another
   */
  record Closed(long at, int code, String reason, boolean current) implements Entry {}
}
