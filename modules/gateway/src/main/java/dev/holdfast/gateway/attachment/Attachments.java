package dev.holdfast.gateway.attachment;

import dev.holdfast.core.ErrorCode;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that the connections of one event loop hold. Makes them known to the node, compares
 * them with their records, and lets go of them. Confined to the event loop.
 */
public final class Attachments {
  private final ConnectionDirectory directory;
  private final CursorBatcher cursors;
  private final Holds holds;
  private final Detacher detacher;

  public Attachments(
      ConnectionDirectory directory, CursorBatcher cursors, Holds holds, Detacher detacher) {
    this.directory = directory;
    this.cursors = cursors;
    this.holds = holds;
    this.detacher = detacher;
  }

  public void attached(HeldSession session) {
    directory.attached(session);
    holds.add(session);
  }

  /** Notes that a cursor of the session moved, and has to be stored soon. */
  public void moved(HeldSession session) {
    cursors.moved(session);
  }

  /** Counts channel tokens that are in force: how many more, or fewer. */
  public void channelGrants(int more) {
    directory.channelGrants(more);
  }

  /** Compares a session at once, as its channel is reported to be that of no session. */
  public void hurry(HeldSession session) {
    holds.hurry(session);
  }

  /** Returns the reason why the session's connection does not hold it; none if it does. */
  public Future<@Nullable ErrorCode> why(HeldSession session) {
    return cursors.why(session);
  }

  /** Lets go of a session: its connection ends, or it is no longer the connection's own. */
  public void letGo(HeldSession session) {
    cursors.forget(session);
    holds.remove(session);
    directory.detached(session);
  }

  /** Detaches a session that was let go of, and stores its cursors that are not stored yet. */
  public void detach(HeldSession session) {
    detacher.detach(session.ref(), session.unsaved());
  }

  /** Stores the cursors that moved. */
  public void flush() {
    cursors.flush();
  }

  public void tick(long now) {
    holds.tick();
    directory.tick(now);
  }

  /** Completes when nothing is left to detach. */
  public Future<Void> idle() {
    return detacher.idle();
  }
}
