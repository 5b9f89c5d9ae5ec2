package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.StepEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events for a reader who comes in the middle: events after which the rest of the log may follow,
 * and adds up to what all of the log adds up to. What is open is opened again under its id, which
 * AG-UI's client takes for more of the same.
 */
public final class Prelude {
  /** Version of AG-UI, in the form of {@code protocolVersion}. */
  private static final String VERSION = "1.0";

  private Prelude() {}

  /**
   * The events; empty if the run has not begun.
   *
   * @param metadata of RUN_STARTED
   */
  public static List<AguiEvent> of(Snapshot snapshot, @Nullable ObjectNode metadata) {
    List<AguiEvent> events = new ArrayList<>();
    AguiEvent end = snapshot.end();
    if (!snapshot.hasBegun()) {
      return events;
    }
    Extras extras = Extras.NONE.withMetadata(metadata);
    events.add(
        new RunEvent.Started(snapshot.threadId(), snapshot.runId(), VERSION, null, null, extras));
    events.add(messages(snapshot));
    events.add(new StateEvent.Snapshot(snapshot.state(), Extras.NONE));
    events.addAll(snapshot.subagents());
    int before = events.size();
    snapshot.open().forEach(each -> open(each, snapshot, events));
    if (events.size() > before && isAnyGone(snapshot)) {
      events.add(messages(snapshot));
    }
    if (end != null) {
      events.add(end);
    }
    return events;
  }

  /** All there is: activities too, that AG-UI's client would else keep of its own. */
  private static AguiEvent messages(Snapshot snapshot) {
    ObjectNode metadata = Json.object();
    metadata.putObject("@ag-ui/client").putNull("authoritativeActivityTypes");
    return new StateEvent.Messages(snapshot.messages(), Extras.NONE.withMetadata(metadata));
  }

  /**
   * Returns whether a snapshot of the messages took away something that is open: opening it again
   * brings it back, so it has to be taken away again.
   */
  private static boolean isAnyGone(Snapshot snapshot) {
    Set<String> there = new HashSet<>();
    for (JsonNode message : snapshot.json().path("messages")) {
      there.add("message " + message.path("id").asText());
      message.path("toolCalls").forEach(call -> there.add("call " + call.path("id").asText()));
    }
    return snapshot.open().stream()
        .anyMatch(
            open ->
                switch (open.kind()) {
                  case TEXT, REASONING -> !there.contains("message " + open.id());
                  case TOOL -> !there.contains("call " + open.id());
                  default -> false;
                });
  }

  private static void open(Construct open, Snapshot snapshot, List<AguiEvent> events) {
    Extras extras = Extras.of(open.owner());
    String id = open.id();
    switch (open.kind()) {
      case TEXT -> events.add(new TextEvent.Start(id, role(id, snapshot), null, extras));
      case TOOL -> events.add(new ToolEvent.Start(id, toolName(id, snapshot), null, extras));
      case SPAN -> events.add(new ReasoningEvent.Start(id, extras));
      case REASONING -> events.add(new ReasoningEvent.MessageStart(id, extras));
      case STEP -> events.add(new StepEvent.Started(id, extras));
      case SUBAGENT -> {} // its own event is among the snapshot's
    }
  }

  /** Returns a message's role; assistant if a snapshot of the messages took the message away. */
  private static String role(String messageId, Snapshot snapshot) {
    for (var message : snapshot.json().path("messages")) {
      if (message.path("id").asText().equals(messageId)) {
        String role = message.path("role").asText();
        return TextEvent.ROLES.contains(role) ? role : "assistant";
      }
    }
    return "assistant";
  }

  private static String toolName(String toolCallId, Snapshot snapshot) {
    for (var message : snapshot.json().path("messages")) {
      for (var call : message.path("toolCalls")) {
        if (call.path("id").asText().equals(toolCallId)) {
          return call.path("function").path("name").asText();
        }
      }
    }
    return "";
  }
}
