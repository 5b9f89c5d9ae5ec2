package dev.holdfast.channels.fanout;

import dev.holdfast.core.Position;

/** The place in a log at which a reader begins. */
public sealed interface Start {
  /** Begins with what is published from now on. */
  record Latest() implements Start {}

  /** Begins with the first entry that is retained. */
  record Earliest() implements Start {}

  /** Begins after a cursor; missing events are reported as a gap. */
  record After(Position cursor) implements Start {}

  static Start latest() {
    return new Latest();
  }

  static Start earliest() {
    return new Earliest();
  }

  static Start after(Position cursor) {
    return new After(cursor);
  }
}
