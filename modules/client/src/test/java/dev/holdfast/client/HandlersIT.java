package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Handlers and suppliers on a real socket that throw, are slow, or never return. */
class HandlersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Of the sockets, whatever the machine would give them. */
  private static final int BUFFER = 64 << 10;

  private static final int MANY = 5_000;

  private static final String PADDING = "x".repeat(1_000);

  private static final ClientTimes QUICK =
      new ClientTimes(
          Duration.ofMillis(200),
          Duration.ofMillis(10),
          Duration.ofMillis(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMillis(100));

  private final Vertx vertx = Vertx.vertx();
  private final Set<ServerWebSocket> publishedOn = ConcurrentHashMap.newKeySet();
  private final AtomicInteger subscribes = new AtomicInteger();
  private volatile ServerWebSocket socket;
  private volatile int heartbeat = 3_600;
  private HttpServer server;
  private Holdfast client;

  @BeforeEach
  void start() throws Exception {
    var options = new HttpServerOptions().setHost("127.0.0.1").setSendBufferSize(BUFFER);
    server =
        vertx
            .createHttpServer(options.setWebSocketSubProtocols(List.of("holdfast.v1")))
            .webSocketHandler(this::greeted)
            .listen(0)
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  private void connect() {
    var sockets = new WebSocketClientOptions();
    sockets.setReceiveBufferSize(BUFFER);
    client =
        Holdfast.connect(
            vertx, vertx.createWebSocketClient(sockets), HoldfastOptions.to(url()).token("t"));
  }

  private String url() {
    return "ws://127.0.0.1:" + server.actualPort() + "/v1/connect";
  }

  @AfterEach
  void end() throws Exception {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void greeted(ServerWebSocket opened) {
    opened.textMessageHandler(
        text -> {
          if (text.contains("\"hello\"")) {
            opened.writeTextMessage(
                "{\"type\":\"welcome\",\"session\":\"s1\",\"generation\":1,\"connection\":\"c\","
                    + "\"node\":\"n1\",\"resumed\":"
                    + text.contains("\"resume\"")
                    + ",\"linger\":120,\"heartbeat\":"
                    + heartbeat
                    + ",\"limits\":{\"frame\":65536},\"time\":0}");
            socket = opened;
          } else if (text.contains("\"publish\"")) {
            publishedOn.add(opened);
          } else if (text.contains("\"subscribe\"")) {
            answerSubscribe(opened, new JsonObject(text).getString("id"));
          }
        });
  }

  /** The first one is refused. */
  private void answerSubscribe(ServerWebSocket opened, String id) {
    opened.writeTextMessage(
        subscribes.incrementAndGet() == 1
            ? "{\"type\":\"error\",\"id\":\""
                + id
                + "\",\"code\":\"forbidden\",\"message\":\"m\",\"retryable\":false}"
            : "{\"type\":\"reply\",\"id\":\"" + id + "\",\"data\":{\"epoch\":\"e\",\"seq\":1}}");
  }

  private void send(long seq) {
    send(seq, PADDING);
  }

  private void send(long seq, String padding) {
    socket.writeTextMessage(
        "{\"type\":\"event\",\"channel\":\"tenant\",\"epoch\":\"e\",\"seq\":"
            + seq
            + ",\"at\":1,\"event\":\"tick\",\"data\":\""
            + padding
            + "\",\"from\":{\"user\":\"bob\"}}");
  }

  private void awaitSocket() {
    Awaitility.await().atMost(PATIENCE).until(() -> socket != null);
  }

  @Test
  void aHandlerThatThrowsStopsNoOther() {
    connect();
    List<Long> handled = Collections.synchronizedList(new ArrayList<>());
    client
        .tenant()
        .on(
            "tick",
            event -> {
              if (event.cursor().seq() == 1) {
                throw new IllegalStateException("on purpose");
              }
              throw new AssertionError("on purpose");
            });
    client.tenant().onEvent(From.LATEST, event -> handled.add(event.cursor().seq()));
    client.tenant().on("another", event -> handled.add(-1L));
    awaitSocket();
    LongStream.rangeClosed(1, 3).forEach(this::send);
    Awaitility.await().atMost(PATIENCE).until(() -> handled.size() == 3);
    assertEquals(List.of(1L, 2L, 3L), handled);
  }

  /** They wait at the server, and not in this process: too many, or too large. */
  @ParameterizedTest
  @CsvSource({MANY + ",1000", "300,60000"})
  void aSlowHandlerIsNotReadAheadOf(int events, int size) {
    connect();
    List<Long> handled = Collections.synchronizedList(new ArrayList<>());
    var released = new CountDownLatch(1);
    client
        .tenant()
        .on(
            "tick",
            event -> {
              await(released);
              handled.add(event.cursor().seq());
            });
    awaitSocket();
    String padding = "x".repeat(size);
    LongStream.rangeClosed(1, events).forEach(seq -> send(seq, padding));
    var deaf = Awaitility.await("the server can't write").during(Duration.ofMillis(300));
    deaf.atMost(PATIENCE).until(() -> socket.writeQueueFull());
    released.countDown();
    Awaitility.await().atMost(PATIENCE).until(() -> handled.size() == events);
    assertEquals(LongStream.rangeClosed(1, events).boxed().toList(), handled);
  }

  /** It was read no more, and a new handler took it for read. */
  @Test
  void aChannelThatWasRefusedOrTakenAwayIsAskedForAnew() throws Exception {
    connect();
    Channel channel = client.channel("topic:a");
    var first = channel.on("e", event -> {}).ready().toCompletableFuture();
    assertThrows(ExecutionException.class, () -> first.get(30, TimeUnit.SECONDS));
    var second = channel.on("e", event -> {}).ready().toCompletableFuture();
    assertEquals(1, second.get(30, TimeUnit.SECONDS).seq());
    var third = new CompletableFuture<CompletionStage<Cursor>>();
    channel.onUnsubscribed(code -> third.complete(channel.on("e", event -> {}).ready()));
    socket.writeTextMessage(
        "{\"type\":\"unsubscribed\",\"channel\":\"topic:a\",\"code\":\"forbidden\"}");
    third.thenCompose(ready -> ready).get(30, TimeUnit.SECONDS);
    assertEquals(3, subscribes.get());
  }

  /** Its welcome waited unread behind the handler, so that one attempt after the other failed. */
  @Test
  void aConnectionThatIsOpenedWhileAHandlerIsSlowIsWelcomed() {
    heartbeat = 1;
    connect();
    var released = new CountDownLatch(1);
    client.tenant().on("tick", event -> await(released));
    client.channel("topic:a").publish("e", 1);
    awaitSocket();
    ServerWebSocket first = socket;
    LongStream.rangeClosed(1, MANY).forEach(this::send);
    Awaitility.await("it is sent again")
        .atMost(PATIENCE)
        .until(() -> publishedOn.stream().anyMatch(each -> each != first));
    released.countDown();
  }

  /** It held the client's threads for good: they were released behind the handlers. */
  @Test
  void aHandlerThatDoesNotReturnKeepsNoThreadOfAClosedClient() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    client = Holdfast.connect(HoldfastOptions.to(url()).token("t"));
    var entered = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    client
        .tenant()
        .on(
            "tick",
            event -> {
              entered.countDown();
              await(released);
            });
    awaitSocket();
    send(1);
    await(entered);
    Set<Thread> loops = new HashSet<>(Thread.getAllStackTraces().keySet());
    loops.removeAll(before);
    loops.removeIf(thread -> !thread.getName().contains("eventloop"));
    assertFalse(loops.isEmpty());
    client.close();
    Awaitility.await().atMost(PATIENCE).until(() -> loops.stream().noneMatch(Thread::isAlive));
    released.countDown();
  }

  /** Each attempt called it anew: soon it held every worker of the application's Vert.x. */
  @Test
  void aTokenSupplierThatDoesNotReturnIsCalledOnce() {
    var calls = new AtomicInteger();
    var released = new CountDownLatch(1);
    var offline = new AtomicInteger();
    client =
        Holdfast.connect(
            vertx,
            HoldfastOptions.to(url())
                .times(QUICK)
                .token(
                    () -> {
                      calls.incrementAndGet();
                      await(released);
                      return CompletableFuture.completedFuture("t");
                    }));
    client.onState(state -> offline.addAndGet(state.kind() == ClientState.Kind.OFFLINE ? 1 : 0));
    Awaitility.await().atMost(PATIENCE).until(() -> offline.get() >= 5);
    assertEquals(1, calls.get());
    released.countDown();
    awaitSocket();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
