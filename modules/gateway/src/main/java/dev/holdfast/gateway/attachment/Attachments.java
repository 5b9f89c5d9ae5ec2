package dev.holdfast.gateway.attachment;

import dev.holdfast.core.ErrorCode;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that the connections of one event loop hold: known to the node, compared with their
 * records, and let go of. Confined to the event loop.
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

  /** A cursor of it moved, and is to be stored. */
  public void moved(HeldSession session) {
    cursors.moved(session);
  }

  /** Its channel is said to be that of no session: to be compared at once. */
  public void hurry(HeldSession session) {
    holds.hurry(session);
  }

  /** Answers why its connection does not hold it; none: it does. */
  public Future<@Nullable ErrorCode> why(HeldSession session) {
    return cursors.why(session);
  }

  /** The connection ends, or the session is no longer its own. */
  public void letGo(HeldSession session) {
    cursors.forget(session);
    holds.remove(session);
    directory.detached(session);
  }

  /** Detaches one that was let go of, with what is not stored yet. */
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

  /** Done when nothing is left to detach. */
  public Future<Void> idle() {
    return detacher.idle();
  }
}
