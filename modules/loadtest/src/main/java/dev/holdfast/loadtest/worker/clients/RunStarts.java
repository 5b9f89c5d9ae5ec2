package dev.holdfast.loadtest.worker.clients;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** {@code POST /v1/runs} of all users of an event loop. Confined to it. */
final class RunStarts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONNECTIONS = 64;
  private static final int QUEUE = 100_000;
  private static final int CONNECT_MS = 2_000;
  private static final long ANSWER_S = 10;
  private static final int OK = 200;

  private final HttpClient http;

  RunStarts(Vertx vertx) {
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(CONNECT_MS),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(QUEUE));
  }

  /**
   * Starts a run; the same run, if it is there.
   *
   * @param input of AG-UI
   * @return its id at the server. Fails if it was not started, or nobody knows.
   */
  Future<String> start(URI url, String token, ObjectNode input) {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setAbsoluteURI(url.resolve("/v1/runs").toString())
            .putHeader("authorization", "Bearer " + token)
            .putHeader("content-type", "application/json");
    String body =
        JSON.createObjectNode().put("agent", AnswerText.AGENT).set("input", input).toString();
    return http.request(options)
        .compose(request -> request.send(body))
        .compose(RunStarts::run)
        .timeout(ANSWER_S, TimeUnit.SECONDS);
  }

  private static Future<String> run(HttpClientResponse response) {
    return response
        .body()
        .compose(
            body -> {
              JsonNode answer = read(body.toString());
              return response.statusCode() == OK
                  ? Future.succeededFuture(answer.path("run").asText())
                  : Future.failedFuture(response.statusCode() + " " + answer.path("code").asText());
            });
  }

  private static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  void close() {
    http.close();
  }
}
