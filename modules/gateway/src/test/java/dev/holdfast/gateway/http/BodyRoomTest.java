package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.limits.NodeMemory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims were made, and then refused for want of room: their runs waited until they had failed. */
class BodyRoomTest {
  private static final int SIZE = 100_000;
  private static final Caller ANN = new Caller.User("acme", "ann", Set.of(), Set.of());

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final NodeMemory memory = NodeMemory.of(registry, SIZE, SIZE, 8 * SIZE);
  private final BodyRoom room = new BodyRoom(memory, SIZE);
  private final Vertx vertx = Vertx.vertx();
  private volatile Map<String, String> headers = Map.of();
  private int port;

  @BeforeEach
  void start() {
    Router router = Router.router(vertx);
    router.route().handler(this::answer);
    port = get(vertx.createHttpServer().requestHandler(router).listen(0)).actualPort();
  }

  @AfterEach
  void stop() {
    get(vertx.close());
  }

  private void answer(RoutingContext routing) {
    try {
      room.send(routing, ANN, new ApiResponse(200, "text/plain", Buffer.buffer(body()), headers));
    } catch (RuntimeException e) {
      Problem.of(e).send(routing.response());
    }
  }

  private static byte[] body() {
    return new byte[SIZE];
  }

  @Test
  void whatChangedSomethingIsAnsweredAndCountedEvenIfThereIsNoRoom() {
    memory.answers().tryTake("acme", "ann", 2 * SIZE);

    assertEquals(429, status(HttpMethod.GET));
    assertEquals(429, status(HttpMethod.HEAD));
    for (HttpMethod changing : Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE)) {
      assertEquals(200, status(changing));
    }

    await().until(() -> kept() == 2 * SIZE);
    memory.answers().give("acme", "ann", 2 * SIZE);
    assertEquals(200, status(HttpMethod.GET));
    await().until(() -> kept() == 0);
  }

  @Test
  void roomIsGivenBackOnceIfTheAnswerCannotBeSent() {
    headers = Map.of("x-is", "not\na header");
    assertTrue(status(HttpMethod.GET) >= 500);
    assertTrue(status(HttpMethod.POST) >= 500);
    assertEquals(0, kept());

    headers = Map.of();
    assertEquals(200, status(HttpMethod.GET));
    await().until(() -> kept() == 0);
  }

  private int status(HttpMethod method) {
    var client = vertx.createHttpClient();
    return get(
        client
            .request(method, port, "127.0.0.1", "/")
            .compose(request -> request.send())
            .compose(answer -> answer.body().map(answer.statusCode())));
  }

  private double kept() {
    return registry.get("holdfast.budget.bytes").tag("kind", "http-answers").gauge().value();
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
