package dev.holdfast.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.Subscribed;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of Holdfast: one session that outlives its connections. Each event is handled once and
 * in order per channel; each publication is stored once and in order; events that are gone are
 * reported as a gap. Handlers are called, and stages completed, one at a time on the executor of
 * the options. Safe on any thread; nothing blocks.
 */
public final class Holdfast implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Snapshots of runs have up to 4 Mi characters, each of up to 6 bytes. */
  private static final int MOST_BYTES = 32 << 20;

  private static final Duration REQUEST = Duration.ofSeconds(10);

  private final Map<String, Channel> channels = new ConcurrentHashMap<>();
  private final Dispatcher dispatcher;
  private final VertxWire wire;
  private final ClientSession session;
  private volatile ClientState state = ClientState.of(ClientState.Kind.CONNECTING);
  private volatile @Nullable SessionInfo info;

  private Holdfast(Vertx vertx, WebSocketClient client, HoldfastOptions options, Runnable release) {
    Executor given = options.executor();
    Executor executor;
    Runnable end;
    if (given == null) {
      ExecutorService own = thread();
      executor = own;
      end = own::shutdown;
    } else {
      executor = given;
      end = () -> {};
    }
    wire = new VertxWire(vertx, client, options);
    dispatcher = new Dispatcher(executor, wire, release);
    session = new ClientSession(options.session(), wire, dispatcher);
    wire.feeds(session);
    dispatcher.of(session);
    onState(next -> state = next);
    onSession(next -> info = next);
    onState(next -> endIfStopped(next, end));
    wire.run(session::start);
  }

  /** Connects with a Vert.x of the client's own, which ends with the client. */
  public static Holdfast connect(HoldfastOptions options) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    return new Holdfast(vertx, sockets(vertx), options, vertx::close);
  }

  /** Connects with the application's Vert.x. */
  public static Holdfast connect(Vertx vertx, HoldfastOptions options) {
    WebSocketClient client = sockets(vertx);
    return new Holdfast(vertx, client, options, client::close);
  }

  /** Connects with the application's WebSocket client, and so with its TLS and its proxy. */
  public static Holdfast connect(Vertx vertx, WebSocketClient client, HoldfastOptions options) {
    return new Holdfast(vertx, client, options, () -> {});
  }

  private static WebSocketClient sockets(Vertx vertx) {
    return vertx.createWebSocketClient(
        new WebSocketClientOptions().setMaxFrameSize(MOST_BYTES).setMaxMessageSize(MOST_BYTES));
  }

  private static ExecutorService thread() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, "holdfast-handlers");
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void endIfStopped(ClientState next, Runnable end) {
    if (next.kind() == ClientState.Kind.STOPPED) {
      end.run();
    }
  }

  /**
   * Returns a channel by its name.
   *
   * @param name {@code topic:<name>} or {@code run:<id>}; also {@code tenant}, {@code user} and
   *     {@code session} for the session's own
   */
  public Channel channel(String name) {
    return channels.computeIfAbsent(
        name, fresh -> new Channel(this, name, dispatcher.handlers(name)));
  }

  public Channel tenant() {
    return channel("tenant");
  }

  /** Returns the channel of the token's user. */
  public Channel user() {
    return channel("user");
  }

  /** Returns the channel of this session alone. */
  public Channel session() {
    return channel("session");
  }

  /** Handles each change of the client's state from now on. */
  public void onState(Consumer<ClientState> handler) {
    dispatcher.onState.add(handler);
  }

  /** Handles each session that a connection gets: the one before, or a new one. */
  public void onSession(Consumer<SessionInfo> handler) {
    dispatcher.onSession.add(handler);
  }

  public ClientState state() {
    return state;
  }

  /** Returns the session of the last connection; none if there was no connection yet. */
  public @Nullable SessionInfo sessionInfo() {
    return info;
  }

  /** Returns the number of publications that are not answered yet. */
  public CompletionStage<Integer> pending() {
    return ask(() -> CompletableFuture.completedFuture(session.unanswered()));
  }

  /** Sends a request to a service. If it fails without an answer, the outcome is unknown. */
  public CompletionStage<JsonNode> request(String service, String method, Object data) {
    return request(service, method, data, REQUEST);
  }

  /**
   * Sends a request to a service.
   *
   * @param timeout 1 ms to 60 s
   */
  public CompletionStage<JsonNode> request(
      String service, String method, Object data, Duration timeout) {
    JsonNode json = MAPPER.valueToTree(data);
    return ask(() -> session.request(service, method, json, timeout.toMillis()));
  }

  /** Ends the session, and closes the client. */
  public CompletionStage<Void> end() {
    return ask(session::end);
  }

  /** Closes the client; unanswered operations fail. The session lingers. */
  @Override
  public void close() {
    wire.run(session::leave);
  }

  Publication publish(String channel, String event, Object data) {
    var publication = new Publication(channel, event, MAPPER.valueToTree(data));
    deliver(publication.answer, () -> session.publish(own(channel), event, publication.data()));
    return publication;
  }

  CompletionStage<Void> publishVolatile(String channel, String event, Object data) {
    JsonNode json = MAPPER.valueToTree(data);
    return ask(() -> session.publishVolatile(own(channel), event, json));
  }

  CompletableFuture<@Nullable Cursor> subscribe(String channel, From from) {
    return ask(() -> session.subscribe(channel, from));
  }

  ChannelAccess access(
      String channel,
      ChannelHandlers handlers,
      Supplier<CompletionStage<@Nullable String>> supplier) {
    return new ChannelAccess(
        new ChannelAccess.Use() {
          @Override
          public CompletableFuture<@Nullable String> token() {
            return wire.asked(supplier);
          }

          @Override
          public CompletableFuture<Subscribed> subscribe(From from, String token) {
            return ask(() -> session.subscribe(channel, from, token));
          }

          @Override
          public void later(long millis, Runnable task) {
            wire.run(() -> wire.after(millis, task));
          }

          @Override
          public void ended(String code) {
            unsubscribe(channel);
            dispatcher.run(() -> handlers.ended(code, Dispatcher::guarded));
          }
        });
  }

  void unsubscribe(String channel) {
    ask(() -> session.unsubscribe(channel));
  }

  /** Returns the full name of {@code user} or {@code session}, once it is known. */
  private String own(String channel) {
    boolean alias = channel.equals("user") || channel.equals("session");
    String name = alias ? session.ownChannel(channel + ":") : channel;
    return name == null ? channel : name;
  }

  private <T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> question) {
    var answer = new CompletableFuture<T>();
    deliver(answer, question);
    return answer;
  }

  /** Asks on the session's context, and completes the answer among the handlers. */
  private <T> void deliver(CompletableFuture<T> answer, Supplier<CompletableFuture<T>> question) {
    boolean stopped = state.kind() == ClientState.Kind.STOPPED;
    if (stopped || !wire.run(() -> asked(answer, question))) {
      answer.completeExceptionally(RefusedException.stopped(state.reason()));
    }
  }

  private <T> void asked(CompletableFuture<T> answer, Supplier<CompletableFuture<T>> question) {
    try {
      question
          .get()
          .whenComplete((value, failure) -> dispatcher.run(() -> settle(answer, value, failure)));
    } catch (RuntimeException e) {
      dispatcher.run(() -> answer.completeExceptionally(e));
    }
  }

  private static <T> void settle(
      CompletableFuture<T> answer, T value, @Nullable Throwable failure) {
    if (failure == null) {
      answer.complete(value);
    } else {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
      answer.completeExceptionally(cause == null ? failure : cause);
    }
  }
}
