package dev.holdfast.agui;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a run or of a subagent. One that came after AG-UI 1.0 is kept as it is, and counts as
 * a success, as AG-UI has it.
 *
 * @param type {@code success}, {@code interrupt}, {@code cancelled}; of a subagent {@code success}
 *     or {@code suspended}
 * @param json the whole object, {@code type} and all
 */
public record Outcome(String type, ObjectNode json) {
  public static final String SUCCESS = "success";
  public static final String INTERRUPT = "interrupt";
  public static final String CANCELLED = "cancelled";

  /** One that has nothing but its type. */
  public static Outcome of(String type) {
    return new Outcome(type, Json.object().put("type", type));
  }

  /** The questions to people that an interrupt waits for; empty for any other outcome. */
  public List<ObjectNode> interrupts() {
    List<ObjectNode> interrupts = new ArrayList<>();
    if (type.equals(INTERRUPT)) {
      json.path("interrupts").forEach(each -> interrupts.add((ObjectNode) each));
    }
    return interrupts;
  }

  /** The client's own tools whose results the next run is to bring. */
  public List<String> pendingToolCallIds() {
    List<String> ids = new ArrayList<>();
    json.path("pendingToolCallIds").forEach(id -> ids.add(id.asText()));
    return ids;
  }
}
