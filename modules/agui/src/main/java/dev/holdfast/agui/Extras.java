package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Members that any event may have beside its own. JSON values are shared, not copied: nobody
 * changes them once an event holds them.
 *
 * @param timestamp ms since 1970
 * @param rawEvent what the agent's framework said
 * @param metadata an object
 * @param subagentRunId whose event it is; none: the agent itself, or the type has no owner
 * @param others members that AG-UI 1.0 does not describe; they are passed on
 */
public record Extras(
    @Nullable Long timestamp,
    @Nullable JsonNode rawEvent,
    @Nullable ObjectNode metadata,
    @Nullable String subagentRunId,
    @Nullable ObjectNode others) {
  public static final Extras NONE = new Extras(null, null, null, null, null);

  /** Returns the extras of a subagent; null: of the agent itself. */
  public static Extras of(@Nullable String subagentRunId) {
    return subagentRunId == null ? NONE : new Extras(null, null, null, subagentRunId, null);
  }

  public Extras by(@Nullable String owner) {
    return new Extras(timestamp, rawEvent, metadata, owner, others);
  }

  public Extras at(long time) {
    return new Extras(time, rawEvent, metadata, subagentRunId, others);
  }

  public Extras withMetadata(@Nullable ObjectNode changed) {
    return new Extras(timestamp, rawEvent, changed, subagentRunId, others);
  }

  /** Returns whether nothing but a time and an owner is here. */
  public boolean isPlain() {
    return rawEvent == null && metadata == null && others == null;
  }
}
