package dev.holdfast.gateway.connection;

import dev.holdfast.channels.fanout.FrameSink;

/** The outgoing side of one connection. Frames go out in the order of the calls. */
public interface ClientSink extends FrameSink {
  /** Closes the sink. Frames sent before still go out first; none is sent after. */
  void close();

  /** Ends the connection without a close frame; for one that doesn't answer a close. */
  void cut();

  /** Returns the bytes of all frames that were sent. */
  long written();

  /**
   * Returns the time since which the client has taken nothing, by {@link System#nanoTime}; 0 if it
   * takes.
   */
  long blockedSince();

  /** Returns about how many bytes wait until the client takes them; 0 if it takes. */
  long waiting();

  /** Returns the time at which the client was last sent something, by {@link System#nanoTime}. */
  long saidAt();
}
