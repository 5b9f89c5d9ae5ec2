package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import java.util.Objects;

/**
 * Something that was said to a run while it goes on, as its worker gets it.
 *
 * @param n its number: grows from entry to entry, with gaps
 * @param kind what it is
 * @param id of the message, or of the question that is answered
 * @param by who said it: a user's id; {@code service}
 * @param data JSON: a message as AG-UI has them; or {@code {id, status, payload}} of an answer
 */
public record InboxEntry(long n, Kind kind, String id, String by, String data) implements BusValue {
  /** What may be said. */
  public enum Kind {
    /** A message of the user, to be heeded when the worker comes to it. */
    MESSAGE,
    /** The answer to a question that the worker has asked, and waits for. */
    ANSWER
  }

  public InboxEntry {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(data, "data");
  }
}
