package dev.holdfast.loadtest.worker;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.loadtest.plan.FromWorker;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Says to a worker what a test wants, and keeps what comes back. Methods block. */
final class TestCoordinator implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LIMIT = 16 << 20;

  final List<FromWorker> received = new CopyOnWriteArrayList<>();

  /** Kept: a client that nobody refers to closes what it has. */
  private final WebSocketClient client;

  private final ClientWebSocket socket;
  private volatile boolean closed;

  TestCoordinator(Vertx vertx, URI worker, String secret) {
    var options = new WebSocketClientOptions().setMaxFrameSize(LIMIT).setMaxMessageSize(LIMIT);
    client = vertx.createWebSocketClient(options);
    socket = client.webSocket();
    socket.textMessageHandler(text -> received.add(parse(text)));
    socket.closeHandler(gone -> closed = true);
    var to = new WebSocketConnectOptions().setAbsoluteURI(worker.toString());
    if (secret != null) {
      to.addHeader("authorization", "Bearer " + secret);
    }
    socket.connect(to).toCompletionStage().toCompletableFuture().join();
  }

  TestCoordinator assign(Plan plan) {
    say(new ToWorker.Assign(0, 1, 0, plan));
    await(FromWorker.Ready.class);
    return this;
  }

  void say(ToWorker message) {
    try {
      sayText(JSON.writerFor(ToWorker.class).writeValueAsString(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  void sayText(String text) {
    socket.writeTextMessage(text);
  }

  /** The first of this kind. */
  <T extends FromWorker> T await(Class<T> kind) {
    org.awaitility.Awaitility.await(kind.getSimpleName())
        .atMost(Duration.ofSeconds(30))
        .until(() -> received.stream().anyMatch(kind::isInstance));
    return received.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
  }

  Progress awaitProgress(Predicate<Progress> condition) {
    org.awaitility.Awaitility.await("progress")
        .atMost(Duration.ofSeconds(40))
        .until(() -> progress() != null && condition.test(progress()));
    return progress();
  }

  /** The last; null before the first. */
  Progress progress() {
    return received.stream()
        .filter(Progress.class::isInstance)
        .map(Progress.class::cast)
        .reduce((one, two) -> two)
        .orElse(null);
  }

  void connect(String... groups) {
    say(new ToWorker.Connect(List.of(groups)));
  }

  /** The last progress after it is done. */
  Progress finish(Totals totals) {
    say(new ToWorker.Finish(totals));
    await(FromWorker.Done.class);
    return progress();
  }

  boolean complete() {
    return await(FromWorker.Done.class).complete();
  }

  long unpublished() {
    return await(FromWorker.Done.class).unpublished();
  }

  /** All of a series so far. */
  Histogram series(String name) {
    Histogram sum = new Histogram(600_000_000, 3);
    for (FromWorker message : received) {
      if (message instanceof Progress progress && progress.histograms().containsKey(name)) {
        sum.add(decode(progress.histograms().get(name)));
      }
    }
    return sum;
  }

  private static Histogram decode(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
      return Histogram.decodeFromCompressedByteBuffer(bytes, 0);
    } catch (DataFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean closed() {
    return closed;
  }

  void awaitClosed() {
    org.awaitility.Awaitility.await("closed").atMost(Duration.ofSeconds(20)).until(this::closed);
  }

  private static FromWorker parse(String text) {
    try {
      FromWorker message = JSON.readValue(text, FromWorker.class);
      assertNotNull(message);
      return message;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    socket.close().eventually(client::close);
  }
}
