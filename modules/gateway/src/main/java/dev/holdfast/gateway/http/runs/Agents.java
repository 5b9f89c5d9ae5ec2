package dev.holdfast.gateway.http.runs;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.runs.AgentLimits;
import dev.holdfast.runs.AgentMessage;
import dev.holdfast.runs.AgentView;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lists agents: to a user those that it may run. Services put and remove their tenant's, and see
 * what runs took.
 */
public final class Agents {
  private static final TypeReference<Put> PUT = new TypeReference<>() {};

  private static final List<String> KINDS = List.of("user", "agent", "model");

  private final ServiceClient agents;

  public Agents(ServiceClient agents) {
    this.agents = agents;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "listAgents", this::list,
        "putAgent", this::put,
        "removeAgent", this::remove,
        "getAgentUsage", this::usage);
  }

  /**
   * The body of an agent.
   *
   * @param limits none: the nodes' own
   */
  private record Put(@Nullable String description, @Nullable AgentLimits limits) {}

  private Future<ApiResponse> list(ApiRequest request) {
    request.serviceNeeds("agents", "read");
    return agents
        .ask(new AgentMessage.ListAgents(request.caller, request.tenant))
        .map(listed -> ApiResponse.json(json(listed)));
  }

  static JsonObject json(AgentMessage.Listed listed) {
    JsonArray all = new JsonArray();
    listed.agents().forEach(agent -> all.add(json(agent)));
    JsonObject json = new JsonObject().put("agents", all);
    return listed.next() == null ? json : json.put("next", listed.next());
  }

  private Future<ApiResponse> put(ApiRequest request) {
    request.needs("agents", "write");
    Put wanted = request.body(PUT);
    String description = wanted.description();
    AgentLimits limits = wanted.limits();
    return agents
        .ask(
            new AgentMessage.PutAgent(
                request.caller,
                request.tenant,
                request.path("agent"),
                description == null ? "" : description,
                limits == null ? AgentLimits.DEFAULTS : limits))
        .map(agent -> ApiResponse.json(json(agent)));
  }

  private Future<ApiResponse> remove(ApiRequest request) {
    request.needs("agents", "write");
    return agents
        .ask(new AgentMessage.RemoveAgent(request.caller, request.tenant, request.path("agent")))
        .map(removed -> ApiResponse.DONE);
  }

  private Future<ApiResponse> usage(ApiRequest request) {
    request.needs("agents", "read");
    String day = request.queryOr("day", LocalDate.now(ZoneOffset.UTC).toString());
    return agents
        .ask(new AgentMessage.ShowUsage(request.caller, request.tenant, day))
        .map(used -> ApiResponse.json(json(used)));
  }

  private static JsonObject json(AgentMessage.DayUsage used) {
    JsonObject json = new JsonObject().put("day", used.day());
    for (String kind : KINDS) {
      JsonArray rows = new JsonArray();
      used.used().stream()
          .filter(row -> row.kind().equals(kind))
          .forEach(row -> rows.add(json(row)));
      json.put(kind + "s", rows);
    }
    return json;
  }

  private static JsonObject json(AgentMessage.Used row) {
    JsonObject json = new JsonObject();
    if (row.name() != null) {
      json.put(row.kind(), row.name());
    }
    return json.put("runs", row.runs()).put("ms", row.ms()).put("tokens", row.tokens());
  }

  private static JsonObject json(AgentView agent) {
    JsonObject json = new JsonObject().put("agent", agent.agent()).put("kind", agent.kind());
    json.put("description", agent.description()).put("configured", agent.configured());
    AgentLimits limits = agent.limits();
    JsonObject times = new JsonObject().put("queue", limits.queue()).put("lease", limits.lease());
    times.put("idle", limits.idle()).put("longest", limits.longest());
    times.put("grace", limits.grace()).put("attempts", limits.attempts());
    return json.put("limits", times);
  }
}
