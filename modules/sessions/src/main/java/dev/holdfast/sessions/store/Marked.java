package dev.holdfast.sessions.store;

import dev.holdfast.core.NodeId;
import org.jspecify.annotations.Nullable;

/** The state of a session after the attempt to end it. */
public sealed interface Marked {
  /** No such session. */
  record None() implements Marked {}

  /**
   * An ended session: it ended now or before.
   *
   * @param node where it was attached, if it was
   */
  record Ended(String user, long generation, @Nullable NodeId node, String reason)
      implements Marked {}

  /** A living session that a connection of this node holds. */
  record Attached(NodeId node) implements Marked {}

  /**
   * A living session without a connection.
   *
   * @param due Redis time in ms at which it ends
   */
  record Detached(long due) implements Marked {}
}
