package dev.holdfast.sessions.service;

import dev.holdfast.core.NodeId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One step in a session's life. {@code ENDED} is published at least once for each session that ends
 * by {@code close} or linger, also when nodes die in between; the others at most once.
 *
 * @param generation of the attachment concerned; 0 if there never was one
 * @param node where it is or was attached
 * @param reason why it ended ({@code expired}, {@code closed} …)
 */
public record SessionEvent(
    String tenant,
    String session,
    String user,
    Kind kind,
    long generation,
    @Nullable NodeId node,
    @Nullable String reason) {
  /** The kind of step. */
  public enum Kind {
    OPENED,
    ATTACHED,
    DETACHED,
    ENDED;

    /** The event's name in the log, for example {@code session.opened}. */
    public String eventName() {
      return "session." + name().toLowerCase(Locale.ROOT);
    }
  }
}
