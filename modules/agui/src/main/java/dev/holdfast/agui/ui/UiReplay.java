package dev.holdfast.agui.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.ActivityEvent;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.agui.run.Construct;
import dev.holdfast.agui.run.Construct.Kind;
import dev.holdfast.agui.run.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The events for a reader of the AI SDK who comes late: the start, what the run has said so far,
 * each text in one piece, and then what follows the snapshot. Steps are not in it.
 */
public final class UiReplay {
  private final Snapshot snapshot;
  private final Set<Construct> open = new HashSet<>();
  private final List<AguiEvent> events = new ArrayList<>();

  private UiReplay(Snapshot snapshot) {
    this.snapshot = snapshot;
    snapshot.open().forEach(each -> open.add(new Construct(each.kind(), each.id(), null)));
  }

  /** The snapshot's chunks; the stream goes on with the events that follow the snapshot. */
  public static List<ObjectNode> chunks(Snapshot snapshot, UiStream stream) {
    List<ObjectNode> chunks = new ArrayList<>();
    new UiReplay(snapshot).events().forEach(event -> chunks.addAll(stream.next(event)));
    return chunks;
  }

  private List<AguiEvent> events() {
    if (!snapshot.hasBegun()) {
      return events;
    }
    String thread = snapshot.threadId();
    events.add(new RunEvent.Started(thread, snapshot.runId(), null, null, null, Extras.NONE));
    Set<String> given = new HashSet<>();
    snapshot.json().path("given").forEach(id -> given.add(id.asText()));
    for (JsonNode message : snapshot.json().path("messages")) {
      if (!given.contains(message.path("id").asText())) {
        message(message);
      }
    }
    events.add(new StateEvent.Snapshot(snapshot.state(), Extras.NONE));
    events.addAll(snapshot.subagents());
    if (snapshot.end() != null) {
      events.add(snapshot.end());
    }
    return events;
  }

  private void message(JsonNode message) {
    String id = message.path("id").asText();
    JsonNode content = message.path("content");
    switch (message.path("role").asText()) {
      case "reasoning" -> reasoning(id, content.asText());
      case "tool" ->
          events.add(
              new ToolEvent.Result(
                  id, message.path("toolCallId").asText(), content, null, Extras.NONE));
      case "activity" ->
          events.add(
              new ActivityEvent.Snapshot(
                  id,
                  message.path("activityType").asText(),
                  (ObjectNode) content,
                  true,
                  Extras.NONE));
      case "assistant" -> {
        text(id, content);
        message.path("toolCalls").forEach(this::call);
      }
      default -> {} // not what the assistant said
    }
  }

  private void text(String id, JsonNode content) {
    boolean isOpen = isOpen(Kind.TEXT, id);
    if (content.isTextual() && (isOpen || !content.textValue().isEmpty())) {
      events.add(new TextEvent.Start(id, "assistant", null, Extras.NONE));
      events.add(new TextEvent.Content(id, content.textValue(), Extras.NONE));
      if (!isOpen) {
        events.add(new TextEvent.End(id, Extras.NONE));
      }
    }
  }

  private void reasoning(String id, String text) {
    events.add(new ReasoningEvent.MessageStart(id, Extras.NONE));
    events.add(new ReasoningEvent.MessageContent(id, text, Extras.NONE));
    if (!isOpen(Kind.REASONING, id)) {
      events.add(new ReasoningEvent.MessageEnd(id, Extras.NONE));
    }
  }

  private void call(JsonNode call) {
    String id = call.path("id").asText();
    JsonNode function = call.path("function");
    events.add(new ToolEvent.Start(id, function.path("name").asText(), null, Extras.NONE));
    events.add(new ToolEvent.Args(id, function.path("arguments").asText(), Extras.NONE));
    if (!isOpen(Kind.TOOL, id)) {
      events.add(new ToolEvent.End(id, Extras.NONE));
    }
  }

  private boolean isOpen(Kind kind, String id) {
    return open.contains(new Construct(kind, id, null));
  }
}
