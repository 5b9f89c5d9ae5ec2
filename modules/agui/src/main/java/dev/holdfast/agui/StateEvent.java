package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/** The thread's shared state and its messages. */
public sealed interface StateEvent extends AguiEvent {

  /**
   * @param snapshot any JSON value
   */
  record Snapshot(JsonNode snapshot, Extras extras) implements StateEvent {
    @Override
    public EventType type() {
      return EventType.STATE_SNAPSHOT;
    }

    @Override
    public Snapshot with(Extras changed) {
      return new Snapshot(snapshot, changed);
    }
  }

  /**
   * @param delta a JSON Patch (RFC 6902)
   */
  record Delta(ArrayNode delta, Extras extras) implements StateEvent {
    @Override
    public EventType type() {
      return EventType.STATE_DELTA;
    }

    @Override
    public Delta with(Extras changed) {
      return new Delta(delta, changed);
    }
  }

  /** All messages of the thread. */
  record Messages(List<Message> messages, Extras extras) implements StateEvent {
    public Messages {
      messages = List.copyOf(messages);
    }

    @Override
    public EventType type() {
      return EventType.MESSAGES_SNAPSHOT;
    }

    @Override
    public Messages with(Extras changed) {
      return new Messages(messages, changed);
    }
  }
}
