package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON → event. What AG-UI 1.0 describes has to have its type, else {@code BAD_REQUEST} names the
 * member; what it does not describe is kept and passed on: other members, outcomes, events of other
 * types. Safe on any thread; the caller limits the length of the text.
 */
public final class EventReader {
  /** The length and the characters are those of a publication's event name. */
  private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_.:/-]{1,128}");

  private EventReader() {}

  public static AguiEvent read(String json) {
    return read(Json.parse(json));
  }

  /**
   * Takes the tree over, and takes optional members that are null out of it; nobody else changes it
   * any more.
   */
  public static AguiEvent read(JsonNode json) {
    Fields in = new Fields(json, "");
    if (Json.isDeeper(json, Json.MAX_DEPTH)) {
      throw Json.refusal("nested more than " + Json.MAX_DEPTH + " deep");
    }
    String name = in.text("type");
    EventType type = EventType.of(name);
    if (type == null) {
      in.require(TYPE.matcher(name).matches(), "type", "1 to 128 of A-Z a-z 0-9 _ . : / -");
      return new OtherEvent.Unknown(name, in.json());
    }
    return event(type, in);
  }

  private static AguiEvent event(EventType type, Fields in) {
    return switch (type) {
      case TEXT_MESSAGE_START, TEXT_MESSAGE_CONTENT, TEXT_MESSAGE_END, TEXT_MESSAGE_CHUNK ->
          text(type, in);
      case TOOL_CALL_START, TOOL_CALL_ARGS, TOOL_CALL_END, TOOL_CALL_CHUNK, TOOL_CALL_RESULT ->
          tool(type, in);
      case REASONING_START, REASONING_END, REASONING_ENCRYPTED_VALUE -> reasoning(type, in);
      case REASONING_MESSAGE_START,
          REASONING_MESSAGE_CONTENT,
          REASONING_MESSAGE_END,
          REASONING_MESSAGE_CHUNK ->
          reasoningMessage(type, in);
      case STATE_SNAPSHOT -> new StateEvent.Snapshot(in.any("snapshot"), extras(type, in));
      case STATE_DELTA -> new StateEvent.Delta(Parts.patch(in, "delta"), extras(type, in));
      case MESSAGES_SNAPSHOT ->
          new StateEvent.Messages(
              in.each("messages", in.array("messages"), Parts::message), extras(type, in));
      case ACTIVITY_SNAPSHOT, ACTIVITY_DELTA -> activity(type, in);
      case RUN_STARTED, RUN_FINISHED, RUN_ERROR -> run(type, in);
      case STEP_STARTED -> new StepEvent.Started(in.text("stepName"), extras(type, in));
      case STEP_FINISHED -> new StepEvent.Finished(in.text("stepName"), extras(type, in));
      case SUBAGENT_STARTED, SUBAGENT_FINISHED, SUBAGENT_ERROR -> subagent(type, in);
      case RAW -> new OtherEvent.Raw(in.any("event"), in.textOrNull("source"), extras(type, in));
      case CUSTOM -> new OtherEvent.Custom(in.text("name"), in.any("value"), extras(type, in));
    };
  }

  private static AguiEvent text(EventType type, Fields in) {
    if (type == EventType.TEXT_MESSAGE_CHUNK) {
      return new TextEvent.Chunk(
          in.textOrNull("messageId"),
          in.oneOfOrNull("role", TextEvent.ROLES),
          in.textOrNull("name"),
          in.textOrNull("delta"),
          extras(type, in));
    }
    String id = in.text("messageId");
    return switch (type) {
      case TEXT_MESSAGE_START ->
          new TextEvent.Start(id, role(in), in.textOrNull("name"), extras(type, in));
      case TEXT_MESSAGE_CONTENT -> new TextEvent.Content(id, in.text("delta"), extras(type, in));
      default -> new TextEvent.End(id, extras(type, in));
    };
  }

  private static String role(Fields in) {
    String role = in.oneOfOrNull("role", TextEvent.ROLES);
    return role == null ? "assistant" : role;
  }

  private static AguiEvent tool(EventType type, Fields in) {
    if (type == EventType.TOOL_CALL_CHUNK) {
      return new ToolEvent.Chunk(
          in.textOrNull("toolCallId"),
          in.textOrNull("toolCallName"),
          in.textOrNull("parentMessageId"),
          in.textOrNull("delta"),
          extras(type, in));
    }
    String id = in.text("toolCallId");
    return switch (type) {
      case TOOL_CALL_START ->
          new ToolEvent.Start(
              id, in.text("toolCallName"), in.textOrNull("parentMessageId"), extras(type, in));
      case TOOL_CALL_ARGS -> new ToolEvent.Args(id, in.text("delta"), extras(type, in));
      case TOOL_CALL_END -> new ToolEvent.End(id, extras(type, in));
      default -> result(id, in);
    };
  }

  private static AguiEvent result(String id, Fields in) {
    return new ToolEvent.Result(
        in.text("messageId"),
        id,
        Parts.content(in, "content"),
        in.oneOfOrNull("role", Set.of("tool")),
        extras(EventType.TOOL_CALL_RESULT, in));
  }

  private static AguiEvent reasoning(EventType type, Fields in) {
    return switch (type) {
      case REASONING_START -> new ReasoningEvent.Start(in.text("messageId"), extras(type, in));
      case REASONING_END -> new ReasoningEvent.End(in.text("messageId"), extras(type, in));
      default ->
          new ReasoningEvent.EncryptedValue(
              in.oneOf("subtype", Set.of("tool-call", "message")),
              in.text("entityId"),
              in.text("encryptedValue"),
              extras(type, in));
    };
  }

  private static AguiEvent reasoningMessage(EventType type, Fields in) {
    if (type == EventType.REASONING_MESSAGE_CHUNK) {
      return new ReasoningEvent.MessageChunk(
          in.textOrNull("messageId"), in.textOrNull("delta"), extras(type, in));
    }
    String id = in.text("messageId");
    return switch (type) {
      case REASONING_MESSAGE_START -> {
        in.oneOf("role", Set.of("reasoning"));
        yield new ReasoningEvent.MessageStart(id, extras(type, in));
      }
      case REASONING_MESSAGE_CONTENT ->
          new ReasoningEvent.MessageContent(id, in.text("delta"), extras(type, in));
      default -> new ReasoningEvent.MessageEnd(id, extras(type, in));
    };
  }

  private static AguiEvent activity(EventType type, Fields in) {
    String id = in.text("messageId");
    String kind = in.text("activityType");
    if (type == EventType.ACTIVITY_DELTA) {
      return new ActivityEvent.Delta(id, kind, Parts.patch(in, "patch"), extras(type, in));
    }
    return new ActivityEvent.Snapshot(
        id, kind, in.object("content"), in.flag("replace", true), extras(type, in));
  }

  private static AguiEvent run(EventType type, Fields in) {
    if (type == EventType.RUN_ERROR) {
      return new RunEvent.Error(
          in.text("message"), in.textOrNull("code"), usage(in), extras(type, in));
    }
    String thread = in.text("threadId");
    String run = in.text("runId");
    if (type == EventType.RUN_STARTED) {
      return new RunEvent.Started(
          thread,
          run,
          in.textOrNull("protocolVersion"),
          in.textOrNull("parentRunId"),
          Parts.input(in, "input"),
          extras(type, in));
    }
    return new RunEvent.Finished(
        thread,
        run,
        in.anyOrNull("result"),
        Parts.outcome(in, "outcome"),
        usage(in),
        extras(type, in));
  }

  private static @Nullable ArrayNode usage(Fields in) {
    return Parts.usage(in, "usage");
  }

  private static AguiEvent subagent(EventType type, Fields in) {
    String id = in.text("subagentRunId");
    return switch (type) {
      case SUBAGENT_STARTED ->
          new SubagentEvent.Started(
              id, in.text("name"), in.textOrNull("description"), parents(in), extras(type, in));
      case SUBAGENT_FINISHED ->
          new SubagentEvent.Finished(
              id, in.anyOrNull("result"), Parts.subagentOutcome(in, "outcome"), extras(type, in));
      default ->
          new SubagentEvent.Error(id, in.text("message"), in.textOrNull("code"), extras(type, in));
    };
  }

  private static SubagentEvent.Parents parents(Fields in) {
    return new SubagentEvent.Parents(
        in.textOrNull("parentSubagentRunId"),
        in.textOrNull("parentToolCallId"),
        in.textOrNull("parentMessageId"));
  }

  /** Read last: what is left then is not AG-UI's. */
  private static Extras extras(EventType type, Fields in) {
    Long timestamp = in.integerOrNull("timestamp", Long.MIN_VALUE);
    JsonNode raw = in.anyOrNull("rawEvent");
    var metadata = in.objectOrNull("metadata");
    String owner = type.isAttributable() ? in.textOrNull("subagentRunId") : null;
    in.text("type");
    return new Extras(timestamp, raw, metadata, owner, in.rest());
  }
}
