package dev.holdfast.client.protocol;

import java.net.URI;

/**
 * The I/O of a session. Nothing here blocks. Results are reported to the {@link ClientSession}, on
 * its one thread and not from within these methods.
 */
public interface Wire {
  /**
   * Asks the application for a token. {@link ClientSession#token} or {@link ClientSession#noToken}
   * with this number answers it.
   */
  void token(int ask);

  /**
   * Opens a connection with the sub-protocol {@code holdfast.v1}. {@link ClientSession#opened},
   * {@link ClientSession#refused} or {@link ClientSession#closed} answers it.
   *
   * @param link its name from now on
   */
  void open(int link, URI address);

  /** Sends one text frame; does nothing if the connection is gone. */
  void send(int link, String frame);

  /** Closes a connection, also one that is not open yet. The close may or may not be reported. */
  void close(int link);

  /** Returns the ms of a clock that does not jump. */
  long now();

  /**
   * Runs the task later, on the session's thread.
   *
   * @return cancels the task
   */
  Runnable after(long millis, Runnable task);
}
