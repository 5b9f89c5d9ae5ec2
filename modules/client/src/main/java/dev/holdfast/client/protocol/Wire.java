package dev.holdfast.client.protocol;

import java.net.URI;

/**
 * The I/O of a session. Nothing here blocks; what comes of it is reported to the {@link
 * ClientSession}, on its one thread and not from within these methods.
 */
public interface Wire {
  /**
   * Asks the application for a token. Answered by {@link ClientSession#token} or {@link
   * ClientSession#noToken} with this number.
   */
  void token(int ask);

  /**
   * Opens a connection with the sub-protocol {@code holdfast.v1}. Answered by {@link
   * ClientSession#opened}, {@link ClientSession#refused} or {@link ClientSession#closed}.
   *
   * @param link its name from now on
   */
  void open(int link, URI address);

  /** Sends one text frame; not at all if the connection is gone. */
  void send(int link, String frame);

  /** Closes a connection, also one that is not open yet. It may be reported as closed or not. */
  void close(int link);

  /** ms of a clock that does not jump. */
  long now();

  /**
   * Runs the task later, on the session's thread.
   *
   * @return cancels it
   */
  Runnable after(long millis, Runnable task);
}
