package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import java.util.List;

/** Answers of the sessions service that are not a thing of the domain. */
public sealed interface Answer extends BusValue {
  /** It holds now. */
  record Done() implements Answer {}

  /** Attachments that no longer hold their sessions: their connections are to be closed as replaced. */
  record Fenced(List<SessionRef> sessions) implements Answer {
    public Fenced {
      sessions = List.copyOf(sessions);
    }
  }

  /**
   * @param next what to pass as {@code after} for the next page, or null at the end
   */
  record Page(List<SessionView> sessions, String next) implements Answer {
    public Page {
      sessions = List.copyOf(sessions);
    }
  }
}
