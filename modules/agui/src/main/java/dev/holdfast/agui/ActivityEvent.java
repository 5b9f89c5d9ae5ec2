package dev.holdfast.agui;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Something that a page shows beside the messages, and that changes: a plan, a search. */
public sealed interface ActivityEvent extends AguiEvent {

  /**
   * @param replace false leaves one that is there already as it is
   */
  record Snapshot(
      String messageId, String activityType, ObjectNode content, boolean replace, Extras extras)
      implements ActivityEvent {
    @Override
    public EventType type() {
      return EventType.ACTIVITY_SNAPSHOT;
    }

    @Override
    public Snapshot with(Extras changed) {
      return new Snapshot(messageId, activityType, content, replace, changed);
    }
  }

  /**
   * @param patch a JSON Patch (RFC 6902) of the activity's content
   */
  record Delta(String messageId, String activityType, ArrayNode patch, Extras extras)
      implements ActivityEvent {
    @Override
    public EventType type() {
      return EventType.ACTIVITY_DELTA;
    }

    @Override
    public Delta with(Extras changed) {
      return new Delta(messageId, activityType, patch, changed);
    }
  }
}
