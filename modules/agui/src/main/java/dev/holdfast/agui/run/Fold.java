package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.ActivityEvent;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import dev.holdfast.agui.patch.JsonPatch;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events → messages and state, as AG-UI's own client keeps them. It takes events that the grammar
 * allowed, shorthands expanded. A delta costs what it is long. Not safe for several threads.
 */
final class Fold {
  /** Characters that a message or a call has around what its event says. */
  private static final int OVERHEAD = 200;

  private final MessageList messages = new MessageList();
  private JsonNode state;
  private long stateWeight;

  Fold(List<Message> messages, JsonNode state) {
    this.state = state.deepCopy();
    stateWeight = Json.weight(state);
    messages.forEach(message -> this.messages.append(message.json().deepCopy()));
  }

  ArrayNode messages() {
    return messages.copy();
  }

  JsonNode state() {
    return state.deepCopy();
  }

  long weight() {
    return messages.weight() + stateWeight;
  }

  /** The call's name; none: there is no such call. */
  @Nullable String toolName(String toolCallId) {
    var call = messages.call(toolCallId);
    return call == null ? null : call.call().rest().path("function").path("name").asText();
  }

  /** The arguments' text so far; none: there is no such call. */
  @Nullable String toolArguments(String toolCallId) {
    var call = messages.call(toolCallId);
    return call == null ? null : call.call().text();
  }

  /**
   * Returns how much heavier the event makes it, at most. A patch is measured while it is applied.
   */
  long heavierBy(AguiEvent event) {
    if (event instanceof AguiEvent.Delta delta) {
      return delta.delta().length() + metadataWeight(delta);
    } else if (event instanceof StateEvent.Messages snapshot) {
      return messages.weightAfter(snapshot) - messages.weight();
    } else if (event instanceof StateEvent.Snapshot snapshot) {
      return Json.weight(snapshot.snapshot()) - stateWeight;
    } else if (event instanceof RunEvent.Started started) {
      return weightOf(started.messages().stream().filter(m -> !messages.has(m.id())).toList());
    }
    return isKept(event) ? Json.weight(EventWriter.tree(event)) + OVERHEAD : metadataWeight(event);
  }

  private static boolean isKept(AguiEvent event) {
    return event instanceof TextEvent.Start
        || event instanceof ToolEvent.Start
        || event instanceof ToolEvent.Result
        || event instanceof ReasoningEvent.MessageStart
        || event instanceof ReasoningEvent.EncryptedValue
        || event instanceof ActivityEvent.Snapshot;
  }

  /**
   * Takes the next event, for which there is room.
   *
   * @param room by how much a patch may make it heavier
   * @throws HoldfastException BAD_REQUEST if a patch does not fit, TOO_LARGE if it makes too much;
   *     nothing has changed then
   */
  void apply(AguiEvent event, int room) {
    if (event instanceof AguiEvent.Delta delta) {
      grow(delta);
    } else if (event instanceof TextEvent text) {
      text(text);
    } else if (event instanceof ToolEvent tool) {
      tool(tool);
    } else if (event instanceof ReasoningEvent reasoning) {
      reasoning(reasoning);
    } else if (event instanceof ActivityEvent activity) {
      activity(activity, room);
    } else if (event instanceof StateEvent.Messages snapshot) {
      messages.replace(snapshot);
    } else if (event instanceof StateEvent state) {
      state(state, room);
    } else if (event instanceof RunEvent.Started started) {
      begin(started);
    }
  }

  private void grow(AguiEvent.Delta delta) {
    if (delta instanceof ToolEvent.Args args) {
      var call = messages.call(args.toolCallId());
      if (call != null) {
        grow(call.call(), call.message(), delta);
      }
    } else {
      Growing message = spoken(delta.id());
      if (message != null) {
        grow(message, message, delta);
      }
    }
  }

  private void grow(Growing target, Growing message, AguiEvent.Delta delta) {
    target.append(delta.delta());
    messages.grew(message, delta.delta().length());
    merge(target, message, delta);
  }

  private void text(TextEvent event) {
    if (event instanceof TextEvent.Start start) {
      if (!messages.has(start.messageId())) {
        ObjectNode message = message(start.messageId(), start.role(), start.owner());
        message.put("content", "");
        put(message, "name", start.name());
        messages.append(message);
      }
      mergeSpoken(start.messageId(), start);
    } else if (event instanceof TextEvent.End end) {
      mergeSpoken(end.messageId(), end);
    }
  }

  private void tool(ToolEvent event) {
    if (event instanceof ToolEvent.Start start) {
      call(start);
    } else if (event instanceof ToolEvent.End end) {
      mergeCall(end.toolCallId(), end);
    } else if (event instanceof ToolEvent.Result result) {
      ObjectNode message = message(result.messageId(), "tool", result.owner());
      message.put("toolCallId", result.toolCallId());
      message.set("content", result.content().deepCopy());
      if (result.extras().metadata() != null) {
        message.set("metadata", result.extras().metadata().deepCopy());
      }
      messages.addResult(result.toolCallId(), message);
    }
  }

  private void call(ToolEvent.Start start) {
    var known = messages.call(start.toolCallId());
    if (known != null) {
      ((ObjectNode) known.call().rest().get("function")).put("name", start.toolCallName());
    } else {
      ObjectNode call = Json.object();
      call.put("id", start.toolCallId()).put("type", "function");
      call.putObject("function").put("name", start.toolCallName()).put("arguments", "");
      messages.addCall(carrier(start), call);
    }
    mergeCall(start.toolCallId(), start);
  }

  /** The message that carries the call: its parent, else a new one. */
  private Growing carrier(ToolEvent.Start start) {
    String parent = start.parentMessageId();
    if (parent == null || parent.isEmpty()) {
      return carrier(start.toolCallId(), start);
    }
    Growing there = messages.find(parent);
    if (there == null) {
      return carrier(parent, start);
    }
    return there.role().equals("assistant") ? there : carrier(start.toolCallId(), start);
  }

  private Growing carrier(String id, ToolEvent.Start start) {
    ObjectNode message = message(id, "assistant", start.owner());
    message.putArray("toolCalls");
    return messages.append(message);
  }

  private void reasoning(ReasoningEvent event) {
    if (event instanceof ReasoningEvent.MessageStart start) {
      if (!messages.has(start.messageId())) {
        ObjectNode message = message(start.messageId(), "reasoning", start.owner());
        messages.append(message.put("content", ""));
      }
      mergeSpoken(start.messageId(), start);
    } else if (event instanceof ReasoningEvent.MessageEnd end) {
      mergeSpoken(end.messageId(), end);
    } else if (event instanceof ReasoningEvent.EncryptedValue value) {
      encrypted(value);
    }
  }

  private void encrypted(ReasoningEvent.EncryptedValue value) {
    if (value.subtype().equals("tool-call")) {
      var call = messages.call(value.entityId());
      if (call != null) {
        encrypted(call.call(), call.message(), value.encryptedValue());
      }
      return;
    }
    Growing message = messages.find(value.entityId());
    if (message != null && !message.role().equals("activity")) {
      encrypted(message, message, value.encryptedValue());
    }
  }

  private void encrypted(Growing target, Growing message, String value) {
    int before = target.rest().path("encryptedValue").asText().length();
    target.rest().put("encryptedValue", value);
    messages.grew(message, value.length() - before);
  }

  private void activity(ActivityEvent event, int room) {
    if (event instanceof ActivityEvent.Snapshot snapshot) {
      snapshot(snapshot);
    } else if (event instanceof ActivityEvent.Delta delta) {
      Growing target = messages.find(delta.messageId());
      if (target != null && target.role().equals("activity")) {
        JsonNode content = target.rest().path("content");
        requireInside(delta.patch());
        var patched = patch("patch", content, delta.patch(), room);
        target.rest().set("content", patched.document());
        target.rest().put("activityType", delta.activityType());
        messages.grew(target, (int) patched.growth());
        merge(target, target, delta);
      }
    }
  }

  /** An activity's content stays an object. */
  private static void requireInside(ArrayNode patch) {
    for (JsonNode operation : patch) {
      boolean whole =
          operation.path("path").asText().isEmpty()
              || operation.path("op").asText().equals("move")
                  && operation.path("from").asText().isEmpty();
      if (whole && !operation.path("op").asText().equals("test")) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "patch: an activity's content stays an object");
      }
    }
  }

  private void snapshot(ActivityEvent.Snapshot snapshot) {
    Growing there = messages.find(snapshot.messageId());
    boolean isActivity = there != null && there.role().equals("activity");
    if (there == null || snapshot.replace()) {
      ObjectNode message = message(snapshot.messageId(), "activity", snapshot.owner());
      message.put("activityType", snapshot.activityType());
      message.set("content", snapshot.content().deepCopy());
      keepMetadata(isActivity ? there : null, message);
      place(there, message);
    }
    if (there == null || isActivity || snapshot.replace()) {
      merge(snapshot.messageId(), snapshot);
    }
  }

  private static void keepMetadata(@Nullable Growing there, ObjectNode message) {
    JsonNode metadata = there == null ? null : there.rest().get("metadata");
    if (metadata != null) {
      message.set("metadata", metadata);
    }
  }

  private void place(@Nullable Growing there, ObjectNode message) {
    if (there == null) {
      messages.append(message);
    } else {
      messages.exchange(there, message);
    }
  }

  private void state(StateEvent event, int room) {
    if (event instanceof StateEvent.Snapshot snapshot) {
      state = snapshot.snapshot().deepCopy();
      stateWeight = Json.weight(state);
    } else if (event instanceof StateEvent.Delta delta) {
      var patched = patch("delta", state, delta.delta(), room);
      state = patched.document();
      stateWeight += patched.growth();
    }
  }

  private static JsonPatch.Patched patch(
      String member, JsonNode document, ArrayNode patch, int room) {
    try {
      return JsonPatch.apply(document, patch, room);
    } catch (HoldfastException e) {
      throw HoldfastException.withPublicMessage(e.code(), member + "/" + e.getMessage());
    }
  }

  private void begin(RunEvent.Started started) {
    for (Message message : started.messages()) {
      if (!messages.has(message.id())) {
        messages.append(message.json().deepCopy());
      }
    }
  }

  private void merge(String messageId, AguiEvent event) {
    Growing message = messages.find(messageId);
    if (message != null) {
      merge(message, message, event);
    }
  }

  /** The message of that id. An activity under the id of a text stays as it is, and is none. */
  private @Nullable Growing spoken(String messageId) {
    Growing message = messages.find(messageId);
    return message == null || message.role().equals("activity") ? null : message;
  }

  private void mergeSpoken(String messageId, AguiEvent event) {
    Growing message = spoken(messageId);
    if (message != null) {
      merge(message, message, event);
    }
  }

  private void mergeCall(String toolCallId, AguiEvent event) {
    var call = messages.call(toolCallId);
    if (call != null) {
      merge(call.call(), call.message(), event);
    }
  }

  /** Lays an event's metadata over what is there, key by key. */
  private void merge(Growing target, Growing message, AguiEvent event) {
    ObjectNode metadata = event.extras().metadata();
    if (metadata == null) {
      return;
    }
    if (!target.rest().has("metadata")) {
      messages.grew(message, "metadata".length() + 6);
    }
    ObjectNode merged = target.rest().withObject("/metadata");
    for (var member : metadata.properties()) {
      JsonNode old = merged.replace(member.getKey(), member.getValue().deepCopy());
      int gone = old == null ? -member.getKey().length() - 4 : Json.weight(old);
      messages.grew(message, Json.weight(member.getValue()) - gone);
    }
  }

  private static int metadataWeight(AguiEvent event) {
    ObjectNode metadata = event.extras().metadata();
    return metadata == null ? 0 : Json.weight(metadata);
  }

  private static int weightOf(List<Message> messages) {
    return messages.stream().mapToInt(message -> Json.weight(message.json())).sum();
  }

  private static ObjectNode message(String id, String role, @Nullable String owner) {
    ObjectNode message = Json.object().put("id", id).put("role", role);
    put(message, "subagentRunId", owner);
    return message;
  }

  private static void put(ObjectNode object, String name, @Nullable String value) {
    if (value != null) {
      object.put(name, value);
    }
  }
}
