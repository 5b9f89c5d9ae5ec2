package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A call of a tool, whose arguments come in pieces, and its result. */
public sealed interface ToolEvent extends AguiEvent {

  /**
   * @param parentMessageId the message that the call belongs to
   */
  record Start(
      String toolCallId, String toolCallName, @Nullable String parentMessageId, Extras extras)
      implements ToolEvent {
    @Override
    public EventType type() {
      return EventType.TOOL_CALL_START;
    }

    @Override
    public Start with(Extras changed) {
      return new Start(toolCallId, toolCallName, parentMessageId, changed);
    }
  }

  /**
   * @param delta a piece of the arguments' JSON text
   */
  record Args(String toolCallId, String delta, Extras extras) implements ToolEvent, Delta {
    @Override
    public EventType type() {
      return EventType.TOOL_CALL_ARGS;
    }

    @Override
    public String id() {
      return toolCallId;
    }

    @Override
    public Args withDelta(String text) {
      return new Args(toolCallId, text, extras);
    }

    @Override
    public Args with(Extras changed) {
      return new Args(toolCallId, delta, changed);
    }
  }

  /** The arguments are complete. */
  record End(String toolCallId, Extras extras) implements ToolEvent {
    @Override
    public EventType type() {
      return EventType.TOOL_CALL_END;
    }

    @Override
    public End with(Extras changed) {
      return new End(toolCallId, changed);
    }
  }

  /** Start, arguments and end in one shorthand; each of its own members may be absent. */
  record Chunk(
      @Nullable String toolCallId,
      @Nullable String toolCallName,
      @Nullable String parentMessageId,
      @Nullable String delta,
      Extras extras)
      implements ToolEvent {
    @Override
    public EventType type() {
      return EventType.TOOL_CALL_CHUNK;
    }

    @Override
    public Chunk with(Extras changed) {
      return new Chunk(toolCallId, toolCallName, parentMessageId, delta, changed);
    }
  }

  /**
   * @param messageId the message that the result becomes
   * @param content a text, or an array of content parts
   * @param role {@code tool}, if it is said
   */
  record Result(
      String messageId, String toolCallId, JsonNode content, @Nullable String role, Extras extras)
      implements ToolEvent {
    @Override
    public EventType type() {
      return EventType.TOOL_CALL_RESULT;
    }

    @Override
    public Result with(Extras changed) {
      return new Result(messageId, toolCallId, content, role, changed);
    }
  }
}
