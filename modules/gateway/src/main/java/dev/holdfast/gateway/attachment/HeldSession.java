package dev.holdfast.gateway.attachment;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session that a connection holds, as its own event loop sees it. Confined to that. */
public interface HeldSession extends Holder {
  /** Acknowledged cursors that are not stored yet. */
  Map<ChannelName, Position> unsaved();

  /** These cursors are stored. */
  void saved(Map<ChannelName, Position> cursors);

  /** Returns whether the connection has let go of it. */
  boolean isClosed();

  /**
   * Closes the connection, as it does not hold the session, or not as it thinks.
   *
   * @param why none: it holds it
   */
  void judged(@Nullable ErrorCode why);
}
