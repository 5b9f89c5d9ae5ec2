package dev.holdfast.client;

import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.protocol.Wire;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The WebSockets and timers of one session, on one Vert.x context, to which it is confined. */
final class VertxWire implements Wire {
  private static final String SUB_PROTOCOL = "holdfast.v1";
  private static final String ENDPOINT = "/v1/connect";
  private static final int NO_CODE = 1006;

  private final Vertx vertx;
  private final Context context;
  private final WebSocketClient client;
  private final Supplier<CompletionStage<String>> tokens;
  private final Duration limit;
  private final Map<Integer, ClientWebSocket> sockets = new HashMap<>();

  /** Set by {@link #feeds} before anything is called. */
  @SuppressWarnings("NullAway.Init")
  private ClientSession session;

  private boolean supplying;
  private int frameLength;

  VertxWire(Vertx vertx, WebSocketClient client, HoldfastOptions options) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.client = client;
    this.tokens = options.token();
    this.limit = options.session().times().attempt();
  }

  /** Sets the session. Must be called before everything else. */
  void feeds(ClientSession fed) {
    session = fed;
  }

  /**
   * Runs a task on the session's context. Any thread.
   *
   * @return false if Vert.x has ended
   */
  boolean run(Runnable task) {
    try {
      context.runOnContext(done -> task.run());
      return true;
    } catch (RejectedExecutionException over) {
      return false;
    }
  }

  /**
   * Asks the application for a token. A supplier that does not return holds one worker of Vert.x,
   * and not one for each attempt.
   */
  @Override
  public void token(int ask) {
    if (supplying) {
      run(() -> session.noToken(ask, "no token: the supplier has not returned yet"));
      return;
    }
    supplying = true;
    vertx
        .executeBlocking(() -> Objects.requireNonNull(tokens.get(), "a stage"), false)
        .onComplete(called -> supplied(ask, called));
  }

  /** Asks for a token of another kind, on a thread that may block. Any thread. */
  CompletableFuture<@Nullable String> asked(Supplier<CompletionStage<@Nullable String>> supplier) {
    var answer = new CompletableFuture<@Nullable String>();
    vertx
        .executeBlocking(() -> Objects.requireNonNull(supplier.get(), "a stage"), false)
        .onFailure(answer::completeExceptionally)
        .onSuccess(
            stage ->
                stage.whenComplete(
                    (token, failure) -> {
                      if (failure == null) {
                        answer.complete(token);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                    }));
    return answer;
  }

  private void supplied(int ask, AsyncResult<CompletionStage<String>> called) {
    supplying = false;
    if (called.failed()) {
      session.noToken(ask, "no token: " + called.cause());
    } else {
      called.result().whenComplete((token, e) -> run(() -> token(ask, token, e)));
    }
  }

  private void token(int ask, @Nullable String token, @Nullable Throwable failure) {
    if (failure == null && token != null) {
      session.token(ask, token);
    } else {
      session.noToken(ask, "no token: " + failure);
    }
  }

  @Override
  public void open(int link, URI address) {
    ClientWebSocket socket = client.webSocket();
    socket.textMessageHandler(text -> received(link, text));
    socket.closeHandler(done -> closed(link, socket));
    // The close handler reports the failure.
    socket.exceptionHandler(failure -> {});
    socket
        .connect(target(address))
        .onSuccess(open -> opened(link, socket))
        .onFailure(failure -> failed(link, failure));
  }

  private void received(int link, String text) {
    frameLength = text.length();
    session.received(link, text);
  }

  /** Returns the characters of the frame that the session is being fed with. */
  int frameLength() {
    return frameLength;
  }

  private WebSocketConnectOptions target(URI address) {
    boolean secure = "wss".equals(address.getScheme());
    int standard = secure ? 443 : 80;
    String path = address.getRawPath() == null ? "" : address.getRawPath();
    return new WebSocketConnectOptions()
        .setHost(address.getHost())
        .setPort(address.getPort() < 0 ? standard : address.getPort())
        .setSsl(secure)
        .setURI(path.isEmpty() || path.equals("/") ? ENDPOINT : path)
        .addSubProtocol(SUB_PROTOCOL)
        // A program is no browser's page, so it has no origin.
        .setAllowOriginHeader(false)
        .setConnectTimeout(limit.toMillis())
        .setTimeout(limit.toMillis());
  }

  private void opened(int link, ClientWebSocket socket) {
    sockets.put(link, socket);
    session.opened(link);
  }

  private void failed(int link, Throwable failure) {
    if (failure instanceof UpgradeRejectedException answer) {
      session.refused(link, answer.getStatus(), retryAfter(answer));
    } else {
      session.closed(link, NO_CODE, String.valueOf(failure.getMessage()));
    }
  }

  /** Returns the wait in ms. The header may also be a date, which is ignored. */
  private static long retryAfter(UpgradeRejectedException answer) {
    String seconds = answer.getHeaders().get("retry-after");
    boolean number = seconds != null && seconds.matches("[0-9]{1,6}");
    return number ? TimeUnit.SECONDS.toMillis(Long.parseLong(seconds)) : 0;
  }

  private void closed(int link, ClientWebSocket socket) {
    sockets.remove(link);
    Short code = socket.closeStatusCode();
    session.closed(link, code == null ? NO_CODE : Short.toUnsignedInt(code), socket.closeReason());
  }

  @Override
  public void send(int link, String frame) {
    ClientWebSocket socket = sockets.get(link);
    if (socket != null && !socket.isClosed()) {
      // A frame that is lost with its connection is sent anew by the next.
      socket.writeTextMessage(frame).onFailure(failure -> socket.close());
    }
  }

  @Override
  public void close(int link) {
    ClientWebSocket socket = sockets.remove(link);
    if (socket != null) {
      socket.resume();
      socket.close().onFailure(failure -> {});
    }
  }

  /** Stops reading on the current connections, or reads again. */
  void pause(boolean pauses) {
    for (ClientWebSocket socket : sockets.values()) {
      if (pauses) {
        socket.pause();
      } else {
        socket.resume();
      }
    }
  }

  @Override
  public long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Runnable after(long millis, Runnable task) {
    long timer = vertx.setTimer(millis, id -> task.run());
    return () -> vertx.cancelTimer(timer);
  }
}
