package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Work that was given to a subagent; its id is of one invocation and never comes again. */
public sealed interface SubagentEvent extends AguiEvent {
  String subagentRunId();

  record Started(
      String subagentRunId,
      String name,
      @Nullable String description,
      Parents parents,
      Extras extras)
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

  /** The origin of a subagent, as far as it is known. */
  record Parents(
      @Nullable String subagentRunId, @Nullable String toolCallId, @Nullable String messageId) {
    public static final Parents NONE = new Parents(null, null, null);
  }

  /**
   * @param result any JSON value
   * @param outcome none: success
   */
  record Finished(
      String subagentRunId, @Nullable JsonNode result, @Nullable Outcome outcome, Extras extras)
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

  record Error(String subagentRunId, String message, @Nullable String code, Extras extras)
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
