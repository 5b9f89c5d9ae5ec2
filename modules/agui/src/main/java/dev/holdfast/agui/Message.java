package dev.holdfast.agui;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One message of a thread, checked against AG-UI 1.0 and kept whole.
 *
 * @param role developer, system, assistant, user, tool, activity or reasoning; a role that came
 *     after AG-UI 1.0 is kept too
 * @param json the whole object; shared, so nobody changes it
 */
public record Message(String id, String role, ObjectNode json) {

  /** Reads and checks a message; throws {@code BAD_REQUEST} if it is none. */
  public static Message read(ObjectNode json) {
    return Parts.message(new Fields(json, ""));
  }

  /** The subagent that said it; none: the agent itself or the user. */
  public @Nullable String owner() {
    var owner = json.get("subagentRunId");
    return owner == null ? null : owner.textValue();
  }
}
