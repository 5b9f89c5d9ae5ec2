package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The beginning and the end of a run. */
public sealed interface RunEvent extends AguiEvent {

  /**
   * @param protocolVersion of AG-UI that the agent speaks
   * @param input the run's input as it was given
   */
  record Started(
      String threadId,
      String runId,
      @Nullable String protocolVersion,
      @Nullable String parentRunId,
      @Nullable ObjectNode input,
      Extras extras)
      implements RunEvent {
    @Override
    public EventType type() {
      return EventType.RUN_STARTED;
    }

    /** The messages of the input; empty if there is none. */
    public List<Message> messages() {
      List<Message> messages = new ArrayList<>();
      if (input != null) {
        input.path("messages").forEach(each -> messages.add(Message.read((ObjectNode) each)));
      }
      return messages;
    }

    @Override
    public Started with(Extras changed) {
      return new Started(threadId, runId, protocolVersion, parentRunId, input, changed);
    }
  }

  /**
   * @param result any JSON value
   * @param outcome none: success
   * @param usage tokens by provider and model
   */
  record Finished(
      String threadId,
      String runId,
      @Nullable JsonNode result,
      @Nullable Outcome outcome,
      @Nullable ArrayNode usage,
      Extras extras)
      implements RunEvent {
    @Override
    public EventType type() {
      return EventType.RUN_FINISHED;
    }

    @Override
    public Finished with(Extras changed) {
      return new Finished(threadId, runId, result, outcome, usage, changed);
    }
  }

  /**
   * @param usage tokens by provider and model
   */
  record Error(String message, @Nullable String code, @Nullable ArrayNode usage, Extras extras)
      implements RunEvent {
    @Override
    public EventType type() {
      return EventType.RUN_ERROR;
    }

    @Override
    public Error with(Extras changed) {
      return new Error(message, code, usage, changed);
    }
  }
}
