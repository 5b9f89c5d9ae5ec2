package dev.holdfast.loadtest.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.EventData;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A node that speaks as much of {@code holdfast.v1} as a load test needs, and does what a test
 * says. Its methods may be called on any thread; its state is confined to its event loop. Several
 * share sessions and channels, where they share a {@link Store}.
 */
final class ScriptedNode extends VerticleBase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HEARTBEAT_S = 25;
  private static final int SHORT_HEARTBEAT_S = 2;

  final AtomicInteger hellos = new AtomicInteger();
  final AtomicInteger subscribes = new AtomicInteger();
  final AtomicInteger pings = new AtomicInteger();

  private final String id;
  private final Store store;
  private final Map<ServerWebSocket, String> sessions = new LinkedHashMap<>();
  private HttpServer server;
  private Talk talk = Talk.PROPERLY;
  private long delayMillis;
  private int port;

  ScriptedNode(String id, Store store) {
    this.id = id;
    this.store = store;
  }

  /** How it treats a hello. */
  enum Talk {
    PROPERLY,
    REFUSES_TOKENS,
    SAYS_GARBAGE,
    SAYS_NOTHING,
    FALLS_SILENT
  }

  /** Sessions and channels; all nodes that share one run on one event loop. */
  static final class Store {
    final Map<String, Set<String>> sessions = new HashMap<>();
    final Map<String, List<String>> logs = new HashMap<>();
    final Set<ScriptedNode> nodes = new LinkedHashSet<>();
    int made;

    Totals totals(String tenant, String... channels) {
      Map<String, Totals.Channel> totals = new HashMap<>();
      for (String channel : channels) {
        long last = logs.getOrDefault(channel, List.of()).size();
        totals.put(Totals.key(tenant, channel), new Totals.Channel(last, List.of()));
      }
      return new Totals(totals);
    }
  }

  @Override
  public Future<?> start() {
    store.nodes.add(this);
    return listen(0);
  }

  private Future<HttpServer> listen(int at) {
    var options = new HttpServerOptions().addWebSocketSubProtocol("holdfast.v1");
    server = vertx.createHttpServer(options).webSocketHandler(this::connected);
    return server.listen(at, "127.0.0.1").onSuccess(listening -> port = listening.actualPort());
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  void talks(Talk how) {
    onLoop(() -> talk = how);
  }

  /** Each event leaves so much later. */
  void delays(long millis) {
    onLoop(() -> delayMillis = millis);
  }

  /** All connections are gone, without a word. */
  void cutAll() {
    onLoop(
        () -> {
          List<ServerWebSocket> all = new ArrayList<>(sessions.keySet());
          sessions.clear();
          all.forEach(
              socket ->
                  ((io.vertx.core.internal.http.WebSocketInternal) socket)
                      .channelHandlerContext()
                      .close());
          return all.size();
        });
  }

  void closeAll(int code) {
    onLoop(
        () -> {
          List<ServerWebSocket> all = new ArrayList<>(sessions.keySet());
          all.forEach(socket -> socket.close((short) code, "scripted"));
          return all.size();
        });
  }

  /** Stops listening, too. */
  void dies() {
    cutAll();
    onLoop(() -> server.close()).await();
  }

  void comesBack() {
    onLoop(() -> listen(port)).await();
  }

  /** Every session ends in silence, as if its time was over. */
  void forgetsSessions() {
    onLoop(
        () -> {
          store.sessions.clear();
          return null;
        });
  }

  int attached() {
    return onLoop(sessions::size);
  }

  /** Sends a frame as it is to everybody. */
  void says(String frame) {
    onLoop(
        () -> {
          sessions.keySet().forEach(socket -> socket.writeTextMessage(frame));
          return null;
        });
  }

  /** Appends so many publications, and delivers them. */
  void publish(String channel, int count) {
    onLoop(
        () -> {
          for (int i = 0; i < count; i++) {
            append(channel, Clock.own());
          }
          return null;
        });
  }

  /** One that was to be sent at that moment; to be called on its event loop. */
  void append(String channel, long intended) {
    List<String> log = store.logs.computeIfAbsent(channel, fresh -> new ArrayList<>());
    long seq = log.size() + 1;
    String frame = event(channel, seq, EventData.text(seq, intended, Clock.own(), 100));
    log.add(frame);
    store.nodes.forEach(node -> node.deliver(channel, frame));
  }

  private void deliver(String channel, String frame) {
    if (delayMillis > 0) {
      vertx.setTimer(delayMillis, timer -> deliverNow(channel, frame));
    } else {
      deliverNow(channel, frame);
    }
  }

  private void deliverNow(String channel, String frame) {
    sessions.forEach(
        (socket, session) -> {
          if (store.sessions.getOrDefault(session, Set.of()).contains(channel)) {
            socket.writeTextMessage(frame);
          }
        });
  }

  static String event(String channel, long seq, String data) {
    return "{\"type\":\"event\",\"channel\":\""
        + channel
        + "\",\"epoch\":\"e\",\"seq\":"
        + seq
        + ",\"at\":1,\"event\":\"load\",\"data\":"
        + data
        + ",\"from\":{\"service\":\"load\"}}";
  }

  private void connected(ServerWebSocket socket) {
    socket.textMessageHandler(text -> received(socket, parse(text)));
    socket.closeHandler(closed -> sessions.remove(socket));
  }

  private void received(ServerWebSocket socket, JsonNode frame) {
    switch (frame.path("type").asText()) {
      case "hello" -> hello(socket, frame);
      case "subscribe" -> subscribe(socket, frame);
      case "ping" -> pings.incrementAndGet();
      case "close" -> socket.close((short) 4503, "ended");
      default -> {
        // pong
      }
    }
  }

  private void hello(ServerWebSocket socket, JsonNode frame) {
    hellos.incrementAndGet();
    switch (talk) {
      case REFUSES_TOKENS -> socket.close((short) 4501, "unauthorized");
      case SAYS_GARBAGE -> socket.writeTextMessage("}{ not JSON");
      case SAYS_NOTHING -> {
        // A hello that is never answered.
      }
      case FALLS_SILENT, PROPERLY -> welcome(socket, frame);
    }
  }

  private void welcome(ServerWebSocket socket, JsonNode hello) {
    String wanted = hello.path("resume").asText();
    boolean resumed = store.sessions.containsKey(wanted);
    String session = resumed ? wanted : "s" + ++store.made;
    Set<String> channels = store.sessions.computeIfAbsent(session, fresh -> new LinkedHashSet<>());
    if (!resumed) {
      channels.addAll(List.of("tenant", "user:" + user(hello), "session:" + session));
      hello.path("channels").fieldNames().forEachRemaining(channel -> again(channels, channel));
    }
    sessions.put(socket, session);
    send(
        socket,
        "{\"type\":\"welcome\",\"session\":\"%s\",\"generation\":1,\"node\":\"%s\",\"resumed\":%s,"
            + "\"heartbeat\":%d,\"limits\":{\"frame\":65536}}",
        session,
        id,
        resumed,
        talk == Talk.FALLS_SILENT ? SHORT_HEARTBEAT_S : HEARTBEAT_S);
    channels.forEach(channel -> open(socket, channel, hello.path("channels").path(channel)));
  }

  private static void again(Set<String> channels, String channel) {
    if (channel.startsWith("topic:")) {
      channels.add(channel);
    }
  }

  /** By the claim of its token. */
  private static String user(JsonNode hello) {
    String[] token = hello.path("token").asText().split("\\.");
    byte[] claims = java.util.Base64.getUrlDecoder().decode(token[1]);
    JsonNode parsed = parse(new String(claims, java.nio.charset.StandardCharsets.UTF_8));
    return parsed.path("sub").asText();
  }

  private void subscribe(ServerWebSocket socket, JsonNode frame) {
    subscribes.incrementAndGet();
    String channel = frame.path("channel").asText();
    String asked = frame.path("id").asText();
    if (store.sessions.get(sessions.get(socket)).add(channel)) {
      send(socket, "{\"type\":\"reply\",\"id\":\"%s\",\"data\":{}}", asked);
      open(socket, channel, frame.path("from"));
    } else {
      send(
          socket,
          "{\"type\":\"error\",\"id\":\"%s\",\"code\":\"conflict\",\"message\":\"it is\"}",
          asked);
    }
  }

  private void open(ServerWebSocket socket, String channel, JsonNode cursor) {
    List<String> log = store.logs.getOrDefault(channel, List.of());
    long from = cursor.isArray() ? cursor.path(1).asLong() : log.size();
    send(
        socket,
        "{\"type\":\"subscribed\",\"channel\":\"%s\",\"epoch\":\"e\",\"seq\":%d,\"recovered\":%s}",
        channel,
        from,
        cursor.isArray());
    log.subList((int) from, log.size()).forEach(socket::writeTextMessage);
    String frame = "{\"type\":\"live\",\"channel\":\"%s\",\"epoch\":\"e\",\"seq\":%d}";
    send(socket, frame, channel, log.size());
  }

  private static void send(ServerWebSocket socket, String format, Object... parts) {
    socket.writeTextMessage(format.formatted(parts));
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Runs a step on its event loop, and waits for it. */
  <T> T onLoop(Supplier<T> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        now -> {
          try {
            promise.complete(step.get());
          } catch (RuntimeException e) {
            promise.fail(e);
          }
        });
    return promise.future().toCompletionStage().toCompletableFuture().join();
  }
}
