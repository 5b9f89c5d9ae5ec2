package dev.holdfast.client.session;

/** Takes the reports of a session, in order, on the thread that feeds the session. */
public interface SessionListener {
  default void state(ClientState state) {}

  /** Reports the session that a connection holds: the one before, or a new one. */
  default void session(SessionInfo session) {}

  /**
   * Reports that a channel is read: from this cursor, or from the last position received if that is
   * known.
   */
  default void subscribed(String channel, Cursor cursor) {}

  /**
   * Reports an event. {@link dev.holdfast.client.protocol.ClientSession#handled} answers it when
   * the application is done with it.
   */
  default void event(Event event) {}

  default void gap(Gap gap) {}

  /** Reports what the events of a channel add up to, if it is read from there. */
  default void snapshot(Snapshot snapshot) {}

  /** Reports that a channel is caught up. */
  default void live(String channel, Cursor cursor) {}

  /**
   * Reports that a channel is no longer read.
   *
   * @param code {@code requested}, {@code service}, or the name of an error
   */
  default void unsubscribed(String channel, String code) {}

  /**
   * Reports an error that the server has sent. The session acts on it: it asks again, or fails the
   * operation.
   */
  default void error(RefusedException error) {}
}
