package dev.holdfast.agui;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A text message that comes in pieces. */
public sealed interface TextEvent extends AguiEvent {
  /** The roles that a text message may have. */
  Set<String> ROLES = Set.of("developer", "system", "assistant", "user");

  /**
   * @param role developer, system, assistant or user
   */
  record Start(String messageId, String role, @Nullable String name, Extras extras)
      implements TextEvent {
    @Override
    public EventType type() {
      return EventType.TEXT_MESSAGE_START;
    }

    @Override
    public Start with(Extras changed) {
      return new Start(messageId, role, name, changed);
    }
  }

  record Content(String messageId, String delta, Extras extras) implements TextEvent, Delta {
    @Override
    public EventType type() {
      return EventType.TEXT_MESSAGE_CONTENT;
    }

    @Override
    public String id() {
      return messageId;
    }

    @Override
    public Content withDelta(String text) {
      return new Content(messageId, text, extras);
    }

    @Override
    public Content with(Extras changed) {
      return new Content(messageId, delta, changed);
    }
  }

  record End(String messageId, Extras extras) implements TextEvent {
    @Override
    public EventType type() {
      return EventType.TEXT_MESSAGE_END;
    }

    @Override
    public End with(Extras changed) {
      return new End(messageId, changed);
    }
  }

  /** Start, content and end in one shorthand; each of its own members may be absent. */
  record Chunk(
      @Nullable String messageId,
      @Nullable String role,
      @Nullable String name,
      @Nullable String delta,
      Extras extras)
      implements TextEvent {
    @Override
    public EventType type() {
      return EventType.TEXT_MESSAGE_CHUNK;
    }

    @Override
    public Chunk with(Extras changed) {
      return new Chunk(messageId, role, name, delta, changed);
    }
  }
}
