package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;

/** What the outgoing side of a run's stream reports. Called on the event loop. */
interface RunReader {
  /** The client takes more again. */
  void drained();

  /** The reading is to begin again, from a snapshot. */
  void anew();

  /** Nothing more can be said. */
  void failed(HoldfastException failure);

  /** The session could not be closed. */
  void left();

  /** A channel is gone. */
  void gone(ChannelName channel);
}
