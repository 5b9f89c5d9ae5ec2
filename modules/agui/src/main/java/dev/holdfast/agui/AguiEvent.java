package dev.holdfast.agui;

/**
 * One AG-UI 1.0 event. {@link EventReader} makes it of JSON, {@link EventWriter} the reverse.
 * Optional members are null where they are absent.
 */
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

  /** One of 31; null for {@link OtherEvent.Unknown} only. */
  EventType type();

  Extras extras();

  /** The same event with other extras. */
  AguiEvent with(Extras extras);

  /** The value of {@code type} on the wire. */
  default String typeName() {
    return type().name();
  }

  /** Whose event it is: a subagent, or null for the agent itself. */
  default String owner() {
    return extras().subagentRunId();
  }

  /** A piece of a text that grows: of a message, of a tool's arguments, of reasoning. */
  sealed interface Delta extends AguiEvent
      permits TextEvent.Content, ToolEvent.Args, ReasoningEvent.MessageContent {
    /** The id of what grows; unique among events of the same type. */
    String id();

    String delta();

    Delta withDelta(String text);
  }
}
