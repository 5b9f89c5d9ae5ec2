package dev.holdfast.agui;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One AG-UI 1.0 event. {@link EventReader} makes it of JSON, {@link EventWriter} the reverse. */
public sealed interface AguiEvent
    permits TextEvent,
        ToolEvent,
        ReasoningEvent,
        StateEvent,
        ActivityEvent,
        RunEvent,
        StepEvent,
        SubagentEvent,
        OtherEvent,
        AguiEvent.Delta {

  /** One of 31; none: {@link OtherEvent.Unknown}. */
  @Nullable EventType type();

  Extras extras();

  /** Returns the same event with other extras. */
  AguiEvent with(Extras extras);

  /** The value of {@code type} on the wire. */
  default String typeName() {
    return Objects.requireNonNull(type(), "an unknown event has a name of its own").name();
  }

  /** The subagent whose event it is; none: the agent itself. */
  default @Nullable String owner() {
    return extras().subagentRunId();
  }

  /** A piece of a text that grows: of a message, of a tool's arguments, of reasoning. */
  sealed interface Delta extends AguiEvent
      permits TextEvent.Content, ToolEvent.Args, ReasoningEvent.MessageContent {
    @Override
    EventType type();

    /** The id of what grows; unique among events of the same type. */
    String id();

    String delta();

    Delta withDelta(String text);
  }
}
