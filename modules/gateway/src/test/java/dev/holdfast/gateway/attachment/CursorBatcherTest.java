package dev.holdfast.gateway.attachment;

import static org.awaitility.Awaitility.await;

import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage.StoreCursors;
import dev.holdfast.sessions.SessionRef;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store that fails at once: here nobody serves it. */
class CursorBatcherTest {
  /** A full batch, which is sent while the others are being gone through. */
  private static final int SESSIONS = 200;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final ServiceClient sessions = ServiceClient.local(bus, Duration.ofSeconds(10));
  private final Context context = vertx.getOrCreateContext();
  private final AtomicInteger stored = new AtomicInteger();

  @AfterEach
  void close() {
    get(vertx.close());
  }

  private static List<QuietSession> live() {
    return IntStream.range(0, SESSIONS)
        .mapToObj(i -> new QuietSession(new SessionRef("acme", "s" + i, 1)))
        .toList();
  }

  private static void get(Future<?> future) {
    future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void onLoop(Runnable step) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now ->
            Future.<Void>succeededFuture()
                .<Void>map(
                    nothing -> {
                      step.run();
                      return null;
                    })
                .onComplete(done));
    get(done.future());
  }

  private Future<Answer.Unheld> store(StoreCursors message) {
    stored.addAndGet(message.entries().size());
    return Future.succeededFuture(new Answer.Unheld(List.of()));
  }

  /**
   * Those of a full batch were put back among what was just being given up, so that their cursors
   * were stored with the detach, or never.
   */
  @Test
  void whatCanNotBeStoredAtOnceGoesWithTheNextFlush() {
    var cursors = new CursorBatcher(sessions);
    onLoop(
        () -> {
          live().forEach(cursors::moved);
          cursors.flush();
        });
    get(bus.<StoreCursors>serve("sessions", this::store).completion());

    onLoop(cursors::flush);

    await().until(() -> stored.get() == SESSIONS);
  }
}
