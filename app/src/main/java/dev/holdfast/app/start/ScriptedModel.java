package dev.holdfast.app.start;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.cluster.Loopback;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.config.AgentConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Plays a model by a script, in this process: an OpenAI-compatible API on loopback, by which a chat
 * can be tried without an account. Methods block; they are for the main thread.
 */
public final class ScriptedModel implements AutoCloseable {
  /** The agent that it answers for. */
  public static final String AGENT = "assistant";

  /** Where the pages of {@code docker/example/chat} are. */
  public static final String PAGES = "http://localhost:8000";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Between two words. */
  private static final long PACE_MS = 40;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  /** Has a secret, so that nobody else on this machine makes it read what they like. */
  private final String api = "/" + Ids.fresh() + "/v1";

  private final HttpServer server;

  private ScriptedModel() {
    server =
        Waiting.until(
            vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"),
            PATIENCE,
            () -> "the scripted model");
  }

  /**
   * Starts it for a node in development.
   *
   * @throws ConfigException if others could reach the node, or it has an agent of this name
   */
  public static ScriptedModel start(HoldfastConfig config) {
    List<String> problems = new ArrayList<>();
    if (!config.developmentKey()) {
      problems.add("only with the generated key: leave out auth.keys (--key-file), auth.issuers");
    }
    if (!Loopback.is(config.cluster().host())) {
      problems.add("only on loopback, and cluster.host is " + config.cluster().host());
    }
    if (config.runs().agents().containsKey(AGENT)) {
      problems.add("there is an agent of this name already: runs.agents." + AGENT);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems.stream().map(text -> "--fake-llm: " + text).toList());
    }
    return new ScriptedModel();
  }

  /** Returns the configuration with the agent, and its pages let in. */
  public HoldfastConfig addedTo(HoldfastConfig config) {
    String url = "http://127.0.0.1:" + server.actualPort() + api;
    AgentConfig agent = AgentConfig.openAi(url, "scripted", config.runs().limits());
    return config
        .with(config.runs().with(AGENT, agent))
        .with(config.gateway().allowing(List.of(PAGES)));
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (request.method() != HttpMethod.POST || !request.path().equals(api + "/chat/completions")) {
      response.setStatusCode(404).end();
      return;
    }
    request
        .body()
        .map(body -> ScriptedAnswer.of(body.toString()))
        .onFailure(failure -> response.setStatusCode(400).end())
        .onSuccess(
            chunks -> {
              response.setChunked(true).putHeader("content-type", "text/event-stream");
              stream(response, chunks.iterator());
            });
  }

  /** Ends where its reader has left. */
  private void stream(HttpServerResponse response, Iterator<JsonNode> chunks) {
    if (response.closed()) {
      return;
    }
    if (chunks.hasNext()) {
      response
          .write("data: " + chunks.next() + "\n\n")
          .onSuccess(written -> vertx.setTimer(PACE_MS, timer -> stream(response, chunks)));
    } else {
      response.end("data: [DONE]\n\n");
    }
  }

  @Override
  public void close() {
    Waiting.until(vertx.close(), PATIENCE, () -> "the scripted model to end");
  }
}
