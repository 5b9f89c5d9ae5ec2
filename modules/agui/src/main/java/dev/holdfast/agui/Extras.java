package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What any event may carry beside its own members. JSON values are shared, not copied: nobody
 * changes them once an event holds them.
 *
 * @param timestamp ms since 1970, or null
 * @param rawEvent what the agent's framework said, or null
 * @param metadata an object, or null
 * @param subagentRunId whose event it is; null for the agent itself, and for types that have none
 * @param others members that AG-UI 1.0 does not describe, or null; they are passed on
 */
public record Extras(
    Long timestamp,
    JsonNode rawEvent,
    ObjectNode metadata,
    String subagentRunId,
    ObjectNode others) {
  public static final Extras NONE = new Extras(null, null, null, null, null);

  /** Of the subagent, or of the agent itself where it is null. */
  public static Extras of(String subagentRunId) {
    return subagentRunId == null ? NONE : new Extras(null, null, null, subagentRunId, null);
  }

  public Extras by(String owner) {
    return new Extras(timestamp, rawEvent, metadata, owner, others);
  }

  public Extras at(long time) {
    return new Extras(time, rawEvent, metadata, subagentRunId, others);
  }

  public Extras withMetadata(ObjectNode changed) {
    return new Extras(timestamp, rawEvent, changed, subagentRunId, others);
  }

  /** Whether nothing but a time and an owner is here. */
  public boolean isPlain() {
    return rawEvent == null && metadata == null && others == null;
  }
}
