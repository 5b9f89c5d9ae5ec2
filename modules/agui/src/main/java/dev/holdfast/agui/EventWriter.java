package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Event → JSON, {@code type} first; absent members are left out. Safe on any thread. */
public final class EventWriter {
  private final ObjectNode out = Json.object();

  private EventWriter() {}

  public static String write(AguiEvent event) {
    return Json.text(tree(event));
  }

  /** Holds parts of the event; it must not be changed. */
  public static ObjectNode tree(AguiEvent event) {
    return event instanceof OtherEvent.Unknown unknown
        ? unknown.json()
        : new EventWriter().whole(event);
  }

  private ObjectNode whole(AguiEvent event) {
    text("type", event.typeName());
    if (event instanceof TextEvent text) {
      text(text);
    } else if (event instanceof ToolEvent tool) {
      tool(tool);
    } else if (event instanceof ReasoningEvent reasoning) {
      reasoning(reasoning);
    } else if (event instanceof StateEvent state) {
      state(state);
    } else if (event instanceof ActivityEvent activity) {
      activity(activity);
    } else if (event instanceof RunEvent run) {
      run(run);
    } else if (event instanceof StepEvent step) {
      text("stepName", step.stepName());
    } else if (event instanceof SubagentEvent subagent) {
      subagent(subagent);
    } else if (event instanceof OtherEvent other) {
      other(other);
    }
    extras(event.extras());
    return out;
  }

  private void text(TextEvent event) {
    if (event instanceof TextEvent.Start start) {
      text("messageId", start.messageId()).text("role", start.role()).text("name", start.name());
    } else if (event instanceof TextEvent.Content content) {
      text("messageId", content.messageId()).text("delta", content.delta());
    } else if (event instanceof TextEvent.End end) {
      text("messageId", end.messageId());
    } else if (event instanceof TextEvent.Chunk chunk) {
      text("messageId", chunk.messageId()).text("role", chunk.role()).text("name", chunk.name());
      text("delta", chunk.delta());
    }
  }

  private void tool(ToolEvent event) {
    if (event instanceof ToolEvent.Start start) {
      text("toolCallId", start.toolCallId()).text("toolCallName", start.toolCallName());
      text("parentMessageId", start.parentMessageId());
    } else if (event instanceof ToolEvent.Args args) {
      text("toolCallId", args.toolCallId()).text("delta", args.delta());
    } else if (event instanceof ToolEvent.End end) {
      text("toolCallId", end.toolCallId());
    } else if (event instanceof ToolEvent.Chunk chunk) {
      text("toolCallId", chunk.toolCallId()).text("toolCallName", chunk.toolCallName());
      text("parentMessageId", chunk.parentMessageId()).text("delta", chunk.delta());
    } else if (event instanceof ToolEvent.Result result) {
      text("messageId", result.messageId()).text("toolCallId", result.toolCallId());
      json("content", result.content()).text("role", result.role());
    }
  }

  private void reasoning(ReasoningEvent event) {
    if (event instanceof ReasoningEvent.Start start) {
      text("messageId", start.messageId());
    } else if (event instanceof ReasoningEvent.End end) {
      text("messageId", end.messageId());
    } else if (event instanceof ReasoningEvent.MessageStart start) {
      text("messageId", start.messageId()).text("role", "reasoning");
    } else if (event instanceof ReasoningEvent.MessageContent content) {
      text("messageId", content.messageId()).text("delta", content.delta());
    } else if (event instanceof ReasoningEvent.MessageEnd end) {
      text("messageId", end.messageId());
    } else if (event instanceof ReasoningEvent.MessageChunk chunk) {
      text("messageId", chunk.messageId()).text("delta", chunk.delta());
    } else if (event instanceof ReasoningEvent.EncryptedValue value) {
      text("subtype", value.subtype()).text("entityId", value.entityId());
      text("encryptedValue", value.encryptedValue());
    }
  }

  private void state(StateEvent event) {
    if (event instanceof StateEvent.Snapshot snapshot) {
      json("snapshot", snapshot.snapshot());
    } else if (event instanceof StateEvent.Delta delta) {
      json("delta", delta.delta());
    } else if (event instanceof StateEvent.Messages snapshot) {
      var messages = Json.array();
      snapshot.messages().forEach(message -> messages.add(message.json()));
      json("messages", messages);
    }
  }

  private void activity(ActivityEvent event) {
    if (event instanceof ActivityEvent.Snapshot snapshot) {
      text("messageId", snapshot.messageId()).text("activityType", snapshot.activityType());
      json("content", snapshot.content());
      out.put("replace", snapshot.replace());
    } else if (event instanceof ActivityEvent.Delta delta) {
      text("messageId", delta.messageId()).text("activityType", delta.activityType());
      json("patch", delta.patch());
    }
  }

  private void run(RunEvent event) {
    if (event instanceof RunEvent.Started started) {
      text("threadId", started.threadId()).text("runId", started.runId());
      text("protocolVersion", started.protocolVersion());
      text("parentRunId", started.parentRunId()).json("input", started.input());
    } else if (event instanceof RunEvent.Finished finished) {
      text("threadId", finished.threadId()).text("runId", finished.runId());
      json("result", finished.result()).outcome(finished.outcome());
      json("usage", finished.usage());
    } else if (event instanceof RunEvent.Error error) {
      text("message", error.message()).text("code", error.code()).json("usage", error.usage());
    }
  }

  private void subagent(SubagentEvent event) {
    text("subagentRunId", event.subagentRunId());
    if (event instanceof SubagentEvent.Started started) {
      text("name", started.name()).text("description", started.description());
      text("parentSubagentRunId", started.parents().subagentRunId());
      text("parentToolCallId", started.parents().toolCallId());
      text("parentMessageId", started.parents().messageId());
    } else if (event instanceof SubagentEvent.Finished finished) {
      json("result", finished.result()).outcome(finished.outcome());
    } else if (event instanceof SubagentEvent.Error error) {
      text("message", error.message()).text("code", error.code());
    }
  }

  private void other(OtherEvent event) {
    if (event instanceof OtherEvent.Raw raw) {
      json("event", raw.event()).text("source", raw.source());
    } else if (event instanceof OtherEvent.Custom custom) {
      text("name", custom.name()).json("value", custom.value());
    }
  }

  private void extras(Extras extras) {
    text("subagentRunId", extras.subagentRunId());
    if (extras.timestamp() != null) {
      out.put("timestamp", extras.timestamp());
    }
    json("rawEvent", extras.rawEvent()).json("metadata", extras.metadata());
    if (extras.others() != null) {
      out.setAll(extras.others());
    }
  }

  private void outcome(@Nullable Outcome outcome) {
    json("outcome", outcome == null ? null : outcome.json());
  }

  private EventWriter text(String name, @Nullable String value) {
    if (value != null) {
      out.put(name, value);
    }
    return this;
  }

  private EventWriter json(String name, @Nullable JsonNode value) {
    if (value != null) {
      out.set(name, value);
    }
    return this;
  }
}
