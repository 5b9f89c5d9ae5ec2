package dev.holdfast.agui;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The 31 event types of AG-UI 1.0; the constant's name is the value of {@code type}. */
public enum EventType {
  TEXT_MESSAGE_START,
  TEXT_MESSAGE_CONTENT,
  TEXT_MESSAGE_END,
  TEXT_MESSAGE_CHUNK,
  TOOL_CALL_START,
  TOOL_CALL_ARGS,
  TOOL_CALL_END,
  TOOL_CALL_CHUNK,
  TOOL_CALL_RESULT,
  REASONING_START,
  REASONING_MESSAGE_START,
  REASONING_MESSAGE_CONTENT,
  REASONING_MESSAGE_END,
  REASONING_MESSAGE_CHUNK,
  REASONING_END,
  REASONING_ENCRYPTED_VALUE,
  STATE_SNAPSHOT,
  STATE_DELTA,
  MESSAGES_SNAPSHOT,
  ACTIVITY_SNAPSHOT,
  ACTIVITY_DELTA,
  RUN_STARTED,
  RUN_FINISHED,
  RUN_ERROR,
  STEP_STARTED,
  STEP_FINISHED,
  SUBAGENT_STARTED,
  SUBAGENT_FINISHED,
  SUBAGENT_ERROR,
  RAW,
  CUSTOM;

  private static final Map<String, EventType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Enum::name, Function.identity()));

  /** The type of that name; none: AG-UI 1.0 does not know it. */
  public static @Nullable EventType of(String name) {
    return BY_NAME.get(name);
  }

  /** Returns whether an event of this type may name its owner, by {@code subagentRunId}. */
  boolean isAttributable() {
    return switch (this) {
      case MESSAGES_SNAPSHOT, RUN_STARTED, RUN_FINISHED, RUN_ERROR -> false;
      case SUBAGENT_STARTED, SUBAGENT_FINISHED, SUBAGENT_ERROR -> false;
      default -> true;
    };
  }
}
