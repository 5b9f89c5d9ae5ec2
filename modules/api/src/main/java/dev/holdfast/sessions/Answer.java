package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of the sessions service that are not a thing of the domain. */
public sealed interface Answer extends BusValue {
  /** The answer to a change that was made. */
  record Done() implements Answer {}

  /** Attachments that do not hold their sessions: their connections are to be closed. */
  record Unheld(List<Entry> entries) implements Answer {
    public Unheld {
      entries = List.copyOf(entries);
    }

    /**
     * One of them.
     *
     * @param why FENCED, LOST, ENDED, REVOKED, or SHUTTING_DOWN where it was detached
     */
    public record Entry(SessionRef session, ErrorCode why) implements BusValue {}
  }

  /**
   * @param next what to pass as {@code after} for the next page; none at the end
   */
  record Page(List<SessionView> sessions, @Nullable String next) implements Answer {
    public Page {
      sessions = List.copyOf(sessions);
    }
  }

  /**
   * @param ended sessions that ended
   * @param more whether a shard has more that are due
   */
  record Swept(int ended, boolean more) implements Answer {}

  /**
   * @param detached sessions that were attached to the node
   * @param more whether its index lists more
   */
  record Reaped(int detached, boolean more) implements Answer {}

  /**
   * @param sessions that were renewed
   * @param failed that could not be renewed; they do not keep the others
   * @param pages that the node's index has in all, about
   * @param next what to pass as {@code after}; none at the end
   */
  record Renewed(int sessions, int failed, int pages, @Nullable String next) implements Answer {}
}
