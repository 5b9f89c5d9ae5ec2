package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.runs.config.RunLimits;
import java.time.Duration;

/**
 * An agent that a tenant's service has put.
 *
 * @param description empty: none
 * @param limits of the runs that start from now on
 */
public record AgentRecord(String description, RunLimits limits) {
  /** Returns the record's text: times in ms. */
  String text() {
    ObjectNode json = Json.object().put("description", description);
    json.put("queue", limits.queue().toMillis()).put("lease", limits.lease().toMillis());
    json.put("idle", limits.idle().toMillis()).put("longest", limits.longest().toMillis());
    json.put("grace", limits.grace().toMillis()).put("attempts", limits.attempts());
    return Json.text(json);
  }

  /** Reads {@link #text}; what is missing is the default. */
  static AgentRecord read(String text) {
    JsonNode json = Json.parse(text);
    RunLimits limits =
        new RunLimits(
            time(json, "queue", RunLimits.DEFAULT.queue()),
            time(json, "lease", RunLimits.DEFAULT.lease()),
            time(json, "idle", RunLimits.DEFAULT.idle()),
            time(json, "longest", RunLimits.DEFAULT.longest()),
            time(json, "grace", RunLimits.DEFAULT.grace()),
            json.path("attempts").asInt());
    return new AgentRecord(json.path("description").asText(""), limits);
  }

  private static Duration time(JsonNode json, String name, Duration absent) {
    return Duration.ofMillis(json.path(name).asLong(absent.toMillis()));
  }
}
