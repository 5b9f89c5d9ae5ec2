package dev.holdfast.loadtest.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes publications as {@code POST /v1/publish} does, and answers as a test says. */
final class ScriptedPublishing extends VerticleBase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ANSWER_MS = 3;

  final List<Stored> stored = new CopyOnWriteArrayList<>();
  final AtomicInteger repeated = new AtomicInteger();
  final AtomicInteger mostAtOnce = new AtomicInteger();
  final AtomicInteger mostUnanswered = new AtomicInteger();

  private final Set<String> keys = new HashSet<>();
  private final Map<String, Integer> underWay = new HashMap<>();
  private HttpServer server;
  private int requests;
  private int unanswered;
  private volatile int dropEvery;
  private volatile int answerEvery;
  private volatile int status;
  private volatile String problem;

  /** One publication. */
  record Stored(String channel, long number, String data) {}

  /** Of so many requests, one is stored, and its answer gets lost. */
  void dropAnswerOf(int every) {
    dropEvery = every;
  }

  /** Of so many requests, one is not stored, and gets this answer. */
  void answer(int every, int with, String body) {
    answerEvery = every;
    status = with;
    problem = body;
  }

  @Override
  public Future<?> start() {
    server = vertx.createHttpServer().requestHandler(this::asked);
    return server.listen(0, "127.0.0.1");
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  private void asked(HttpServerRequest request) {
    request.body().onSuccess(body -> publish(request, body));
  }

  private void publish(HttpServerRequest request, Buffer body) {
    requests++;
    JsonNode publications = parse(body).path("publications");
    String channel = publications.path(0).path("channel").asText();
    int now = underWay.merge(channel, 1, Integer::sum);
    mostAtOnce.accumulateAndGet(now, Math::max);
    unanswered += publications.size();
    mostUnanswered.accumulateAndGet(unanswered, Math::max);
    vertx.setTimer(
        ANSWER_MS,
        timer -> {
          underWay.merge(channel, -1, Integer::sum);
          unanswered -= publications.size();
          answer(request, publications);
        });
  }

  private void answer(HttpServerRequest request, JsonNode publications) {
    if (answerEvery > 0 && requests % answerEvery == 0) {
      request.response().setStatusCode(status).end(problem);
      return;
    }
    String key = request.getHeader("idempotency-key");
    boolean known = !keys.add(key);
    ArrayNode results = JSON.createArrayNode();
    for (JsonNode publication : publications) {
      if (!known) {
        stored.add(of(publication));
      }
      results.addObject().put("outcome", known ? "duplicate" : "stored");
    }
    repeated.addAndGet(known ? 1 : 0);
    if (dropEvery > 0 && requests % dropEvery == 0) {
      request.connection().close();
    } else {
      request.response().end("{\"results\":" + results + "}");
    }
  }

  private static Stored of(JsonNode publication) {
    JsonNode data = publication.path("data");
    return new Stored(
        publication.path("channel").asText(), data.path("k").asLong(), data.toString());
  }

  private static JsonNode parse(Buffer body) {
    try {
      return JSON.readTree(body.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
