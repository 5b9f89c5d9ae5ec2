package dev.holdfast.testkit.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection on which the test says everything itself, and waits for what it expects. It answers
 * no {@code ping}. For test threads: what waits, blocks, 30 s unless said otherwise.
 */
public final class ManualClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** The end of the connection. */
  public record Close(int code, String reason) {}

  private final List<ObjectNode> unread = new ArrayList<>();
  private final List<ObjectNode> all = new ArrayList<>();
  private final CompletableFuture<Close> closed = new CompletableFuture<>();

  @SuppressWarnings("NullAway.Init")
  private TestSocket socket;

  private ManualClient() {}

  static ManualClient connect(WebSocketClient sockets, URI uri, WebSocketConnectOptions options) {
    var client = new ManualClient();
    client.socket =
        get(
            TestSocket.open(sockets, uri, patient(options), client.new Inbox())
                .toCompletionStage()
                .toCompletableFuture(),
            TIMEOUT);
    return client;
  }

  private static WebSocketConnectOptions patient(WebSocketConnectOptions options) {
    var patient = new WebSocketConnectOptions(options);
    patient.setConnectTimeout((int) TIMEOUT.toMillis()).setTimeout(TIMEOUT.toMillis());
    return patient;
  }

  /** Any text, a frame or not. */
  public ManualClient send(String text) {
    get(socket.send(text).toCompletionStage().toCompletableFuture(), TIMEOUT);
    return this;
  }

  /** A frame of this type with these members: numbers, texts, lists and maps. */
  public ManualClient send(String type, Map<String, ?> members) {
    ObjectNode frame = Json.frame(type);
    members.forEach((name, value) -> frame.set(name, Json.MAPPER.valueToTree(value)));
    return send(Json.write(frame));
  }

  /**
   * The next frame of this type that was not awaited yet; what came before it can be awaited still.
   */
  public ObjectNode await(String type) {
    return await(frame -> type.equals(frame.path("type").asText()), "a frame " + type);
  }

  /** The answer, {@code reply} or {@code error}, to the frame with this id. */
  public ObjectNode awaitAnswer(String id) {
    return await(
        frame ->
            id.equals(frame.path("id").asText())
                && List.of("reply", "error").contains(frame.path("type").asText()),
        "an answer to " + id);
  }

  /** The next frame of this type about this channel. */
  public ObjectNode await(String type, String channel) {
    return await(
        frame ->
            type.equals(frame.path("type").asText())
                && channel.equals(frame.path("channel").asText()),
        type + " of " + channel);
  }

  public ObjectNode await(Predicate<ObjectNode> wanted, String what) {
    return await(wanted, what, TIMEOUT);
  }

  /** The first frame that fits and was not awaited yet. */
  public ObjectNode await(Predicate<ObjectNode> wanted, String what, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (unread) {
      while (true) {
        for (int i = 0; i < unread.size(); i++) {
          if (wanted.test(unread.get(i))) {
            return unread.remove(i);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("no " + what + " in " + patience + "; came: " + all + ending());
        }
        pause(left);
      }
    }
  }

  /** Everything that came so far, in order. */
  public List<ObjectNode> frames() {
    synchronized (unread) {
      return List.copyOf(all);
    }
  }

  public boolean isOpen() {
    return !closed.isDone();
  }

  public Close awaitClose() {
    return awaitClose(TIMEOUT);
  }

  public Close awaitClose(Duration patience) {
    return get(closed, patience);
  }

  /** Closes with a close frame. */
  @Override
  public void close() {
    socket.close();
  }

  /** Reads no more, as a client that hangs; the connection stays. */
  public void stopReading() {
    socket.stopReading();
  }

  /** Ends the connection without a close frame, as when a cable is pulled. */
  public void cut() {
    socket.cut();
  }

  private String ending() {
    return closed.isDone() ? "; closed: " + closed.join() : "";
  }

  private void pause(long millis) {
    try {
      unread.wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static <T> T get(CompletableFuture<T> future, Duration patience) {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("not within " + patience, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private final class Inbox implements TestSocket.Listener {
    @Override
    public void received(String text) {
      ObjectNode frame = Json.parse(text);
      synchronized (unread) {
        unread.add(frame);
        all.add(frame);
        unread.notifyAll();
      }
    }

    @Override
    public void closed(int code, @Nullable String reason) {
      closed.complete(new Close(code, reason == null ? "" : reason));
    }
  }
}
