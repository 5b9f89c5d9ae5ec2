package dev.holdfast.sessions.store;

import dev.holdfast.core.NodeId;
import org.jspecify.annotations.Nullable;

/** The state of a session after the attempt to end it. */
public sealed interface Marked {
  /** There is no such session. */
  record None() implements Marked {}

  /**
   * It has ended, now or before.
   *
   * @param node where it was attached, if it was
   */
  record Ended(String user, long generation, @Nullable NodeId node, String reason)
      implements Marked {}

  /** It goes on: a connection of this node holds it. */
  record Attached(NodeId node) implements Marked {}

  /**
   * It goes on without a connection.
   *
   * @param due Redis time in ms at which it ends
   */
  record Detached(long due) implements Marked {}
}
