package dev.holdfast.gateway.connection;

import dev.holdfast.channels.fanout.FrameSink;

/** The way out of one connection; frames go out in the order of the calls. */
public interface ClientSink extends FrameSink {
  /** Nothing is sent after this; what was sent before goes out first. */
  void close();

  /** Ends the connection without a word: for one that doesn't answer a close. */
  void cut();

  /** The time since which the client has taken nothing, by {@link System#nanoTime}; 0: it takes. */
  long blockedSince();

  /** The time at which the client was last sent something, by {@link System#nanoTime}. */
  long saidAt();
}
