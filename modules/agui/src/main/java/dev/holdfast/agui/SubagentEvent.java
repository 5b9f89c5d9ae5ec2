package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;

/** Work that was given to a subagent; its id is of one invocation and never comes again. */
public sealed interface SubagentEvent extends AguiEvent {
  String subagentRunId();

  /**
   * @param description or null, as the three parents
   */
  record Started(
      String subagentRunId, String name, String description, Parents parents, Extras extras)
      implements SubagentEvent {
    @Override
    public EventType type() {
      return EventType.SUBAGENT_STARTED;
    }

    @Override
    public Started with(Extras changed) {
      return new Started(subagentRunId, name, description, parents, changed);
    }
  }

  /** Where a subagent comes from; each may be null. */
  record Parents(String subagentRunId, String toolCallId, String messageId) {
    public static final Parents NONE = new Parents(null, null, null);
  }

  /**
   * @param result any JSON value, or null
   * @param outcome or null, which means success
   */
  record Finished(String subagentRunId, JsonNode result, Outcome outcome, Extras extras)
      implements SubagentEvent {
    @Override
    public EventType type() {
      return EventType.SUBAGENT_FINISHED;
    }

    @Override
    public Finished with(Extras changed) {
      return new Finished(subagentRunId, result, outcome, changed);
    }
  }

  /**
   * @param code or null
   */
  record Error(String subagentRunId, String message, String code, Extras extras)
      implements SubagentEvent {
    @Override
    public EventType type() {
      return EventType.SUBAGENT_ERROR;
    }

    @Override
    public Error with(Extras changed) {
      return new Error(subagentRunId, message, code, changed);
    }
  }
}
