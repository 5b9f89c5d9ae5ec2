package dev.holdfast.testkit.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of an OpenAI-compatible API on loopback, in this process: each POST is answered by the
 * next {@link Script}; the last one answers all that follow. Any thread.
 */
public final class FakeLlm implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final List<Script> scripts = new ArrayList<>();
  private int used;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger answering = new AtomicInteger();

  /**
   * A request as it came.
   *
   * @param headers by lower-case name
   */
  public record Asked(String path, Map<String, String> headers, JsonNode body) {}

  private FakeLlm() {
    server =
        get(
            vertx
                .createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> answer(request, body)))
                .listen(0, "127.0.0.1"));
  }

  /** Starts one that answers by these scripts. */
  public static FakeLlm of(Script... scripts) {
    FakeLlm llm = new FakeLlm();
    for (Script script : scripts) {
      llm.then(script);
    }
    return llm;
  }

  /** Answers by this script, after those that are there. */
  public synchronized void then(Script script) {
    scripts.add(script);
  }

  /** Returns the API's address, as a client is given it. */
  public String url() {
    return "http://127.0.0.1:" + server.actualPort() + "/v1";
  }

  /** Returns all requests so far. */
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** Returns how many answers are under way: neither at their end, nor left by their reader. */
  public int answering() {
    return answering.get();
  }

  private synchronized Script next() {
    return scripts.get(Math.min(used++, scripts.size() - 1));
  }

  private void answer(HttpServerRequest request, Buffer body) {
    Map<String, String> headers = new TreeMap<>();
    request.headers().forEach((name, value) -> headers.put(name.toLowerCase(), value));
    asked.add(new Asked(request.path(), headers, parse(body)));
    Script script = next();
    HttpServerResponse response = request.response().setStatusCode(script.status());
    script.headers().forEach(response::putHeader);
    answering.incrementAndGet();
    response.exceptionHandler(left -> {});
    // Called when it has ended, and when its reader has left.
    response.endHandler(over -> answering.decrementAndGet());
    if (script.steps().isEmpty()) {
      response.end();
    } else {
      response.setChunked(true);
      play(response, new ArrayDeque<>(script.steps()));
    }
  }

  private static JsonNode parse(Buffer body) {
    try {
      return JSON.readTree(body.getBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void play(HttpServerResponse response, Queue<Script.Step> steps) {
    Script.Step step = steps.poll();
    if (response.closed()) {
      return;
    }
    if (step == null) {
      response.end();
    } else if (step instanceof Script.Write write) {
      response.write(Buffer.buffer(write.bytes())).onSuccess(done -> play(response, steps));
    } else if (step instanceof Script.Pause pause) {
      vertx.setTimer(pause.ms(), timer -> play(response, steps));
    } else if (step instanceof Script.Reset) {
      response.reset();
    } else if (step instanceof Script.Repeat repeat) {
      repeat(response, Buffer.buffer(repeat.bytes()));
    }
  }

  private void repeat(HttpServerResponse response, Buffer bytes) {
    if (!response.closed()) {
      // Another turn of the loop each time, so that it also sees that its reader has left.
      response.write(bytes).onSuccess(done -> vertx.runOnContext(next -> repeat(response, bytes)));
    }
  }

  @Override
  public void close() {
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
