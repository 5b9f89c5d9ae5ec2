package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** How a run begins and ends. */
public sealed interface RunEvent extends AguiEvent {

  /**
   * @param protocolVersion of AG-UI that the agent speaks, or null
   * @param parentRunId or null
   * @param input the run's input as it was given, or null
   */
  record Started(
      String threadId,
      String runId,
      String protocolVersion,
      String parentRunId,
      ObjectNode input,
      Extras extras)
      implements RunEvent {
    @Override
    public EventType type() {
      return EventType.RUN_STARTED;
    }

    /** The messages of the input; empty where there is none. */
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
   * @param result any JSON value, or null
   * @param outcome or null, which means success
   * @param usage tokens by provider and model, or null
   */
  record Finished(
      String threadId,
      String runId,
      JsonNode result,
      Outcome outcome,
      ArrayNode usage,
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
   * @param code or null
   * @param usage tokens by provider and model, or null
   */
  record Error(String message, String code, ArrayNode usage, Extras extras) implements RunEvent {
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
