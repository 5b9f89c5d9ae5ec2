package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Events without a meaning of AG-UI's own. */
public sealed interface OtherEvent extends AguiEvent {

  /**
   * An event of another system.
   *
   * @param source none: the event names none
   */
  record Raw(JsonNode event, @Nullable String source, Extras extras) implements OtherEvent {
    @Override
    public EventType type() {
      return EventType.RAW;
    }

    @Override
    public Raw with(Extras changed) {
      return new Raw(event, source, changed);
    }
  }

  /** An event of the application; Holdfast's own names begin with {@code holdfast.}. */
  record Custom(String name, JsonNode value, Extras extras) implements OtherEvent {
    @Override
    public EventType type() {
      return EventType.CUSTOM;
    }

    @Override
    public Custom with(Extras changed) {
      return new Custom(name, value, changed);
    }
  }

  /**
   * An event of a type that came after AG-UI 1.0. It changes nothing and is passed on whole.
   *
   * @param json the event as it was, {@code type} and all
   */
  record Unknown(String typeName, ObjectNode json) implements OtherEvent {
    @Override
    public @Nullable EventType type() {
      return null;
    }

    @Override
    public Extras extras() {
      return Extras.NONE;
    }

    @Override
    public Unknown with(Extras changed) {
      return this;
    }
  }
}
