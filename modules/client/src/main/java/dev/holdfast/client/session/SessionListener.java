package dev.holdfast.client.session;

/** Gets the reports of a session, in order, on the thread that feeds the session. */
public interface SessionListener {
  default void state(ClientState state) {}

  /** A connection holds a session: the one before, or a new one. */
  default void session(SessionInfo session) {}

  /**
   * To be answered by {@link dev.holdfast.client.protocol.ClientSession#handled} when the
   * application is done with it.
   */
  default void event(Event event) {}

  default void gap(Gap gap) {}

  /** A channel is caught up. */
  default void live(String channel, Cursor cursor) {}

  /**
   * A channel is not read any more.
   *
   * @param code {@code requested}, {@code service}, or the name of an error
   */
  default void unsubscribed(String channel, String code) {}
}
