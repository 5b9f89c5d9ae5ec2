package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;

/**
 * One of the events that a run's owner gets on a channel of their own, without subscribing to the
 * run: few, small, each held against its JSON Schema.
 *
 * @param at ms since 1970
 * @param details what the event says beside {@link About}
 */
public record UserEvent(Name name, long at, ObjectNode details) {
  /** The event's name on the wire is the constant's, in lower case. */
  public enum Name {
    AGENT_STARTED("agent_started"),
    AGENT_THINKING("agent_thinking"),
    TOOL_EXECUTING("tool_executing"),
    TOOL_COMPLETED("tool_completed"),
    AGENT_COMPLETED("agent_completed"),
    AGENT_INPUT_REQUIRED("agent_input_required"),
    AGENT_INPUT_RESOLVED("agent_input_resolved");

    public final String wireName;

    Name(String wireName) {
      this.wireName = wireName;
    }

    /** The resource of this module with the JSON Schema of the event's data. */
    public String schema() {
      return "/dev/holdfast/agui/schemas/" + wireName + ".json";
    }
  }

  /** Members that all events of one run have. */
  public record About(String userId, String threadId, String runId, String agentName) {}

  /**
   * The event's data.
   *
   * @param seq the position in the run's log of the AG-UI event that this one follows from
   */
  public ObjectNode data(About about, long seq) {
    ObjectNode data = Json.object();
    data.put("user_id", about.userId()).put("thread_id", about.threadId());
    data.put("run_id", about.runId()).put("agent_name", about.agentName());
    data.put("seq", seq).put("timestamp", at);
    return data.setAll(details);
  }
}
