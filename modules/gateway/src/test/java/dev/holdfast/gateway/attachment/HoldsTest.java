package dev.holdfast.gateway.attachment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HoldsTest {
  private static final int TICKS = 4;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final Context context = vertx.getOrCreateContext();
  private final CursorBatcher cursors =
      new CursorBatcher(ServiceClient.local(bus, Duration.ofSeconds(10)));
  private final AtomicInteger compared = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final Set<SessionRef> seen = ConcurrentHashMap.newKeySet();
  private final Holds holds =
      new Holds(cursors, compared::addAndGet, Duration.ofSeconds(TICKS), Duration.ofSeconds(1));
  private volatile boolean away;

  @AfterEach
  void close() {
    get(vertx.close());
  }

  private static void get(Future<?> future) {
    future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void onLoop(Runnable step) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now -> {
          step.run();
          done.complete();
        });
    get(done.future());
  }

  private void hold(int sessions) {
    get(bus.<StoreCursors>serve("sessions", this::store).completion());
    onLoop(
        () ->
            IntStream.range(0, sessions)
                .mapToObj(i -> new QuietSession(new SessionRef("acme", "s" + i, 1)))
                .forEach(holds::add));
  }

  private Future<Answer.Unheld> store(StoreCursors message) {
    asked.incrementAndGet();
    if (away) {
      return Future.failedFuture("the store is away");
    }
    message.entries().forEach(entry -> seen.add(entry.session()));
    return Future.succeededFuture(new Answer.Unheld(List.of()));
  }

  /** A tick compared 200 at most, so that a period was too short for more than 200 of each tick. */
  @Test
  void manySessionsAreComparedInOnePeriodEachOnce() {
    int each = 1_250;
    hold(TICKS * each);

    for (int tick = 1; tick <= TICKS; tick++) {
      onLoop(holds::tick);
      int due = tick * each;
      await().until(() -> compared.get() >= due);
    }

    assertEquals(TICKS * each, compared.get());
    assertEquals(TICKS * each, seen.size());
  }

  @Test
  void fewAreComparedOnceInAPeriodAsWell() {
    hold(2);

    for (int tick = 0; tick < 2 * TICKS; tick++) {
      onLoop(holds::tick);
    }

    await().until(() -> compared.get() == 4);
    onLoop(() -> {});
    assertEquals(4, compared.get());
  }

  @Test
  void aStoreThatIsAwayIsAskedOnceATickAtMost() {
    hold(4_000);
    away = true;
    var ticks = new AtomicInteger();

    await()
        .until(
            () -> {
              onLoop(holds::tick);
              ticks.incrementAndGet();
              return asked.get() >= 4 * TICKS;
            });

    assertTrue(asked.get() <= ticks.get(), () -> asked + " times in " + ticks + " ticks");
    away = false;
    await()
        .until(
            () -> {
              onLoop(holds::tick);
              return seen.size() == 4_000;
            });
  }
}
