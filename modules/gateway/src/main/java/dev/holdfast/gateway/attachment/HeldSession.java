package dev.holdfast.gateway.attachment;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session that a connection holds, as the connection's event loop sees it. Confined to that loop.
 */
public interface HeldSession extends Holder {
  /** Returns the acknowledged cursors that are not stored yet. */
  Map<ChannelName, Position> unsaved();

  /** Notes that these cursors are stored. */
  void saved(Map<ChannelName, Position> cursors);

  /** Returns whether the connection has let go of it. */
  boolean isClosed();

  /**
   * Closes the connection, as it does not hold the session, or has lost its session's channel.
   *
   * @param why the reason why it does not hold the session; none if it does
   */
  void judged(@Nullable ErrorCode why);
}
