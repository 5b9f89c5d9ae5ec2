package dev.holdfast.agui.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.ActivityEvent;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.OtherEvent;
import dev.holdfast.agui.Outcome;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.StepEvent;
import dev.holdfast.agui.SubagentEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.agui.run.HoldfastEvents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * AG-UI events → chunks of the AI SDK's UI message stream, for one reader of one run. Each chunk is
 * the data of one server-sent event; behind the last comes {@code [DONE]}. It takes events that a
 * {@link dev.holdfast.agui.run.Transcript} accepted. Not safe for several threads.
 */
public final class UiStream {
  private final String messageId;
  private final UiTools tools;
  private final Set<String> openTexts = new HashSet<>();
  private final Map<String, Shown> activities = new LinkedHashMap<>();
  private final Shown state;
  private List<ObjectNode> out = new ArrayList<>();

  /**
   * @param messageId of the page's message that the run's parts become: the last one's if the run
   *     goes on with it
   * @param knownCalls tool calls that the page's message has already
   * @param state the thread's shared state before the events
   */
  public UiStream(String messageId, Set<String> knownCalls, JsonNode state) {
    this.messageId = messageId;
    this.state = new Shown(state);
    tools = new UiTools(knownCalls);
  }

  /**
   * Returns whether a reader has to start anew behind this event: another attempt took back what is
   * shown, and there are no words for it. Its connection is reset, and the replay is right.
   */
  public static boolean isRetraction(AguiEvent event) {
    return event instanceof OtherEvent.Custom custom
        && custom.name().equals(HoldfastEvents.ATTEMPT);
  }

  /** Returns the chunks to send for the next event; may be none. */
  public List<ObjectNode> next(AguiEvent event) {
    out = new ArrayList<>();
    if (event instanceof TextEvent text) {
      text(text);
    } else if (event instanceof ToolEvent tool) {
      tools.next(tool, out);
    } else if (event instanceof ReasoningEvent reasoning) {
      reasoning(reasoning);
    } else if (event instanceof StepEvent step) {
      step(step);
    } else if (event instanceof StateEvent change) {
      state(change);
    } else if (event instanceof ActivityEvent activity) {
      activity(activity);
    } else if (event instanceof SubagentEvent subagent) {
      subagent(subagent);
    } else if (event instanceof RunEvent run) {
      run(run);
    } else if (event instanceof OtherEvent other) {
      other(other);
    }
    return out;
  }

  private void text(TextEvent event) {
    if (event instanceof TextEvent.Start start) {
      text(start);
    } else if (event instanceof TextEvent.Content content) {
      delta("text", content);
    } else if (event instanceof TextEvent.End end) {
      end("text", end.messageId());
    }
  }

  /**
   * A page's message is the assistant's; another's words, a system prompt's too, stay out of it.
   */
  private void text(TextEvent.Start event) {
    if (event.role().equals("assistant")) {
      start("text", event.messageId());
    }
  }

  private void reasoning(ReasoningEvent event) {
    if (event instanceof ReasoningEvent.MessageStart start) {
      start("reasoning", start.messageId());
    } else if (event instanceof ReasoningEvent.MessageContent content) {
      delta("reasoning", content);
    } else if (event instanceof ReasoningEvent.MessageEnd end) {
      end("reasoning", end.messageId());
    }
  }

  private void start(String kind, String id) {
    openTexts.add(kind + " " + id);
    say(kind + "-start").put("id", id);
  }

  /** Adds to an open part. A text that a snapshot of the messages took away has none. */
  private void delta(String kind, AguiEvent.Delta delta) {
    if (openTexts.contains(kind + " " + delta.id())) {
      say(kind + "-delta").put("id", delta.id()).put("delta", delta.delta());
    }
  }

  private void end(String kind, String id) {
    if (openTexts.remove(kind + " " + id)) {
      say(kind + "-end").put("id", id);
    }
  }

  /**
   * The AI SDK's steps neither nest nor overlap anything: a step there ends all texts, and a call's
   * arguments are looked for in the last step only. So a step is sent if nothing is open.
   */
  private void step(StepEvent event) {
    if (event.owner() == null && openTexts.isEmpty() && !tools.isAnyOpen()) {
      say(event instanceof StepEvent.Started ? "start-step" : "finish-step");
    }
  }

  private void state(StateEvent event) {
    if (event instanceof StateEvent.Snapshot snapshot) {
      state.set(snapshot.snapshot());
      sayState();
    } else if (event instanceof StateEvent.Delta delta) {
      state.patch(delta.delta());
      if (state.isDue()) {
        sayState();
      }
    }
  }

  private void sayState() {
    data("state", "state").set("data", state.send());
  }

  private void activity(ActivityEvent event) {
    if (event instanceof ActivityEvent.Snapshot snapshot) {
      boolean known = activities.containsKey(snapshot.messageId());
      if (!known || snapshot.replace()) {
        ObjectNode activity = Json.object().put("activityType", snapshot.activityType());
        activity.set("content", snapshot.content());
        Shown shown = new Shown(activity);
        activities.put(snapshot.messageId(), shown);
        sayActivity(snapshot.messageId(), shown);
      }
    } else if (event instanceof ActivityEvent.Delta delta) {
      Shown activity = activities.get(delta.messageId());
      if (activity != null) {
        activity.patchMember("content", delta.patch());
        if (activity.isDue()) {
          sayActivity(delta.messageId(), activity);
        }
      }
    }
  }

  private void sayActivity(String id, Shown activity) {
    data("activity", id).set("data", activity.send());
  }

  private void subagent(SubagentEvent event) {
    ObjectNode subagent = Json.object();
    if (event instanceof SubagentEvent.Started started) {
      subagent.put("state", "running").put("name", started.name());
    } else if (event instanceof SubagentEvent.Error error) {
      subagent.put("state", "error").put("message", error.message());
    } else {
      subagent.put("state", "finished");
    }
    data("subagent", event.subagentRunId()).set("data", subagent);
  }

  private void other(OtherEvent event) {
    if (event instanceof OtherEvent.Custom custom) {
      say("data-" + custom.name()).set("data", custom.value());
    } else if (event instanceof OtherEvent.Raw raw) {
      say("data-raw").put("transient", true).set("data", raw.event());
    }
  }

  private void run(RunEvent event) {
    if (event instanceof RunEvent.Started) {
      say("start").put("messageId", messageId);
      return;
    }
    sayRest();
    if (event instanceof RunEvent.Error error) {
      say("error").put("errorText", error.message());
    } else if (event instanceof RunEvent.Finished finished) {
      finish(finished.outcome() == null ? Outcome.of(Outcome.SUCCESS) : finished.outcome());
    }
  }

  private void finish(Outcome outcome) {
    if (outcome.type().equals(Outcome.CANCELLED)) {
      say("abort").put("reason", "cancelled");
      return;
    }
    boolean asksForCalls = !outcome.pendingToolCallIds().isEmpty();
    for (ObjectNode interrupt : outcome.interrupts()) {
      asksForCalls |= ask(interrupt);
    }
    say("finish").put("finishReason", asksForCalls ? "tool-calls" : "stop");
  }

  /** Sends a question; returns whether it is about a call that the page has. */
  private boolean ask(ObjectNode interrupt) {
    String id = interrupt.path("id").asText();
    String call = interrupt.path("toolCallId").asText();
    if (tools.knows(call)) {
      say("tool-approval-request").put("approvalId", id).put("toolCallId", call);
      return true;
    }
    data("input-request", id).set("data", interrupt);
    return false;
  }

  /** Documents that changed since they were sent. */
  private void sayRest() {
    if (state.isDirty()) {
      sayState();
    }
    activities.forEach(
        (id, activity) -> {
          if (activity.isDirty()) {
            sayActivity(id, activity);
          }
        });
  }

  private ObjectNode data(String name, String id) {
    return say("data-" + name).put("id", id);
  }

  private ObjectNode say(String type) {
    ObjectNode chunk = Json.object().put("type", type);
    out.add(chunk);
    return chunk;
  }
}
