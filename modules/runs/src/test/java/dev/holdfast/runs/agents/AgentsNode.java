package dev.holdfast.runs.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.AgentConfig.Kind;
import dev.holdfast.runs.config.SecretRef;
import dev.holdfast.runs.config.UpstreamPrefix;
import dev.holdfast.runs.service.ServiceNode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A node with the agents "chat", of the kind openai, and "agui", of the kind http. */
final class AgentsNode implements AutoCloseable {
  static final String KEY = "sk-0f0f0f0f0f0f0f0f0f0f";

  static final String SECRET = "a-secret-of-thirty-two-characters";

  final ServiceNode node;
  private final String agents;

  /**
   * @param at the address of the upstream
   */
  AgentsNode(String redis, String at) {
    this(redis, at, at, Duration.ofMinutes(1));
  }

  AgentsNode(String redis, String at, String upstreams, Duration longest) {
    var config =
        TestConfig.with(
            Map.of(
                "userRuns",
                50,
                "startsPerMinute",
                1_000,
                "upstreams",
                List.of(UpstreamPrefix.parse(upstreams)),
                "agents",
                Map.of(
                    "chat", agent(Kind.OPENAI, at, longest),
                    "agui", agent(Kind.HTTP, at + "/agui", longest))));
    node = new ServiceNode(redis, config);
    var verticle =
        new AgentsVerticle(
            node.bus, Ids.fresh(), config, node.meters, Map.of("LLM", KEY, "CONTEXT", SECRET)::get);
    agents = Await.get(node.vertx.deployVerticle(verticle));
  }

  private static AgentConfig agent(Kind kind, String url, Duration longest) {
    boolean model = kind == Kind.OPENAI;
    return new AgentConfig(
        kind,
        url,
        new SecretRef("LLM", null),
        model ? "gpt-x" : null,
        model ? "Be brief." : null,
        model ? null : new SecretRef("CONTEXT", null),
        4,
        null,
        null,
        null,
        longest,
        null,
        0);
  }

  void stopAgents() {
    Await.get(node.vertx.undeploy(agents));
  }

  RunView started(String agent) {
    return started(agent, Ids.fresh());
  }

  RunView started(String agent, String thread) {
    return started(agent, thread, Json.object());
  }

  /**
   * @param more members of the input
   */
  RunView started(String agent, ObjectNode more) {
    return started(agent, Ids.fresh(), more);
  }

  private RunView started(String agent, String id, ObjectNode more) {
    ObjectNode input = Json.object().put("threadId", id).put("runId", "r1");
    input.putArray("messages").addObject().put("id", "u1").put("role", "user").put("content", "Hi");
    input.setAll(more);
    return Await.get(
        node.client.ask(
            new RunMessage.Start(
                node.service(),
                node.tenant,
                "ann",
                agent,
                id,
                "r1",
                Json.text(input),
                false,
                null)));
  }

  RunView ended(RunView run) {
    return node.ended(run);
  }

  /** Starts one, and waits for its end. */
  RunView run(String agent) {
    return ended(started(agent));
  }

  Future<RunView> cancel(RunView run) {
    return node.client.ask(new RunMessage.Cancel(node.service(), node.tenant, run.run(), "enough"));
  }

  List<JsonNode> events(RunView run) {
    return node.log(run).stream().map(Publication::data).map(Json::parse).toList();
  }

  List<String> types(RunView run) {
    return events(run).stream().map(event -> event.path("type").asText()).toList();
  }

  JsonNode last(RunView run) {
    List<JsonNode> events = events(run);
    return events.get(events.size() - 1);
  }

  /** What a reader puts together of the deltas of one type. */
  String joined(RunView run, String type) {
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events(run)) {
      text.append(event.path("type").asText().equals(type) ? event.path("delta").asText() : "");
    }
    return text.toString();
  }

  String text(RunView run) {
    return joined(run, "TEXT_MESSAGE_CONTENT");
  }

  static ArrayNode array(String json) {
    return (ArrayNode) Json.parse(json);
  }

  @Override
  public void close() {
    node.close();
  }
}
