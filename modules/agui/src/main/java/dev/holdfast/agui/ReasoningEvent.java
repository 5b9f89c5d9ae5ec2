package dev.holdfast.agui;

import org.jspecify.annotations.Nullable;

/** Reasoning of a model: spans, and messages that come in pieces. */
public sealed interface ReasoningEvent extends AguiEvent {

  /** A span begins. */
  record Start(String messageId, Extras extras) implements ReasoningEvent {
    @Override
    public EventType type() {
      return EventType.REASONING_START;
    }

    @Override
    public Start with(Extras changed) {
      return new Start(messageId, changed);
    }
  }

  /** A message; its role is always {@code reasoning}. */
  record MessageStart(String messageId, Extras extras) implements ReasoningEvent {
    @Override
    public EventType type() {
      return EventType.REASONING_MESSAGE_START;
    }

    @Override
    public MessageStart with(Extras changed) {
      return new MessageStart(messageId, changed);
    }
  }

  record MessageContent(String messageId, String delta, Extras extras)
      implements ReasoningEvent, Delta {
    @Override
    public EventType type() {
      return EventType.REASONING_MESSAGE_CONTENT;
    }

    @Override
    public String id() {
      return messageId;
    }

    @Override
    public MessageContent withDelta(String text) {
      return new MessageContent(messageId, text, extras);
    }

    @Override
    public MessageContent with(Extras changed) {
      return new MessageContent(messageId, delta, changed);
    }
  }

  record MessageEnd(String messageId, Extras extras) implements ReasoningEvent {
    @Override
    public EventType type() {
      return EventType.REASONING_MESSAGE_END;
    }

    @Override
    public MessageEnd with(Extras changed) {
      return new MessageEnd(messageId, changed);
    }
  }

  /** Start, content and end in one shorthand; each of its own members may be absent. */
  record MessageChunk(@Nullable String messageId, @Nullable String delta, Extras extras)
      implements ReasoningEvent {
    @Override
    public EventType type() {
      return EventType.REASONING_MESSAGE_CHUNK;
    }

    @Override
    public MessageChunk with(Extras changed) {
      return new MessageChunk(messageId, delta, changed);
    }
  }

  /** The span ends. */
  record End(String messageId, Extras extras) implements ReasoningEvent {
    @Override
    public EventType type() {
      return EventType.REASONING_END;
    }

    @Override
    public End with(Extras changed) {
      return new End(messageId, changed);
    }
  }

  /**
   * A value that a provider wants back with the next request.
   *
   * @param subtype {@code message} or {@code tool-call}: what {@code entityId} names
   */
  record EncryptedValue(String subtype, String entityId, String encryptedValue, Extras extras)
      implements ReasoningEvent {
    @Override
    public EventType type() {
      return EventType.REASONING_ENCRYPTED_VALUE;
    }

    @Override
    public EncryptedValue with(Extras changed) {
      return new EncryptedValue(subtype, entityId, encryptedValue, changed);
    }
  }
}
