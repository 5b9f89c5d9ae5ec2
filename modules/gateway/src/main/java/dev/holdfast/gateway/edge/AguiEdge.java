package dev.holdfast.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.stream.RunStreams;
import dev.holdfast.runs.AgentMessage;
import dev.holdfast.runs.AgentMessage.Listed;
import dev.holdfast.runs.RunFound;
import dev.holdfast.runs.RunView;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * AG-UI over HTTP, as its own client and CopilotKit speak it. A run that is known is read, not
 * started again: so who lost the stream, or the page, asks as before.
 */
public final class AguiEdge {
  private static final String EVENTS = "text/event-stream";
  private static final String RUN = "run:";
  private static final String VERSION = "1.0";

  private final ServiceClient services;
  private final UserRuns runs;
  private final Preludes preludes;

  public AguiEdge(ServiceClient services, RunStreams streams, MeterRegistry registry) {
    this.services = services;
    this.runs = new UserRuns(services, streams, false);
    this.preludes = new Preludes(registry);
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "getAguiInfo", this::info,
        "runAguiAgent", this::run,
        "connectToAguiThread", this::connect,
        "stopAguiThread", this::stop);
  }

  /**
   * Shows the agents that are known and that the token names: nobody has to put an agent. While no
   * node serves the list, those of the token are all.
   */
  private Future<ApiResponse> info(ApiRequest request) {
    Map<String, String> agents = new TreeMap<>();
    UserRuns.user(request).permissions().stream()
        .filter(held -> held.startsWith(RUN) && !held.contains("*"))
        .forEach(held -> agents.put(held.substring(RUN.length()), ""));
    return services
        .ask(new AgentMessage.ListAgents(request.caller, request.tenant))
        .recover(AguiEdge::unlisted)
        .map(
            listed -> {
              listed.agents().forEach(one -> agents.put(one.agent(), one.description()));
              return ApiResponse.json(
                  new JsonObject().put("version", VERSION).put("agents", json(agents)));
            });
  }

  private static Future<Listed> unlisted(Throwable failure) {
    return HoldfastException.from(failure).code() == ErrorCode.UNAVAILABLE
        ? Future.succeededFuture(new Listed(List.of(), null))
        : Future.failedFuture(failure);
  }

  /**
   * @param agents names and descriptions
   */
  private static JsonObject json(Map<String, String> agents) {
    JsonObject all = new JsonObject();
    agents.forEach(
        (name, description) ->
            all.put(
                name,
                new JsonObject()
                    .put("name", name)
                    .put("description", description)
                    .put("className", "HttpAgent")));
    return all;
  }

  private Future<ApiResponse> run(ApiRequest request) {
    UserRuns.check(request);
    String input = new String(request.body(), StandardCharsets.UTF_8);
    JsonNode json = Json.parse(input);
    String thread = text(json, "threadId");
    String run = text(json, "runId");
    return runs.findOrStart(request, thread, run, input)
        .map(found -> answer(request, thread, run, found));
  }

  /** A thread that is not there has no events: that is no error. */
  private Future<ApiResponse> connect(ApiRequest request) {
    UserRuns.check(request);
    JsonNode json = Json.parse(new String(request.body(), StandardCharsets.UTF_8));
    String thread = text(json, "threadId");
    String run = json.path("runId").asText("connect");
    return runs.find(request, thread, null).map(found -> answer(request, thread, run, found));
  }

  private ApiResponse answer(ApiRequest request, String thread, String runId, RunFound found) {
    RunView run = found.run();
    if (found.document() != null) {
      return new ApiResponse(200, EVENTS, AguiFormat.whole(thread, runId, found), Map.of());
    }
    if (run == null) {
      return new ApiResponse(200, EVENTS, Buffer.buffer(), Map.of());
    }
    String header = request.header("Last-Event-ID");
    Position last = RunStreams.last(header == null ? List.of() : List.of(header));
    return runs.stream(request, run, last, new AguiFormat(run, preludes, found.input()));
  }

  private Future<ApiResponse> stop(ApiRequest request) {
    UserRuns.check(request);
    JsonNode json = Json.parse(new String(request.body(), StandardCharsets.UTF_8));
    String run = json.path("runId").textValue();
    return runs.stop(request, request.path("thread"), run);
  }

  static String text(JsonNode json, String name) {
    String text = json.path(name).textValue();
    if (text == null || text.isEmpty()) {
      throw Problem.badRequest(name + ": a text is needed");
    }
    return text;
  }
}
