package dev.holdfast.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of answers to a member that reads nothing. */
class UnreadAnswersTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final int BYTES = 256 << 10;
  private static final String ADDRESS = "pages";

  private final String name = UUID.randomUUID().toString();
  private final int port = FreePort.take();
  private final Vertx service = join(port, List.of());
  private final Vertx asker = join(0, List.of(new HostPort("127.0.0.1", port)));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final CountDownLatch stillness = new CountDownLatch(1);

  /** A request. */
  record Read(int number) implements BusMessage<Page> {}

  /** Its answer. */
  record Page(byte[] bytes) implements BusValue {
    @Override
    public int answerBytes() {
      return bytes.length;
    }
  }

  @AfterEach
  void leave() {
    stillness.countDown();
    get(asker.close());
    get(service.close());
  }

  /** A thousand answers of 256 KiB to a paused process were all kept: more than the heap. */
  @Test
  void answersToAMemberThatReadsNothingAreKeptWithinABound() {
    Promise<Void> store = Promise.promise();
    var bus = new Bus(service);
    bus.bindTo(registry);
    var notGiven = new AtomicInteger();
    get(
        bus.<Read>serve(ADDRESS, read -> store.future().map(done -> page()))
            .whenNotGiven(page -> notGiven.addAndGet(((Page) page).bytes().length / BYTES))
            .completion());
    double room = gauge("holdfast.budget.limit.bytes") / 4;
    int questions = (int) (room / BYTES) * 2 + 100;
    var asking = new Bus(asker);
    List<Future<Page>> asked =
        IntStream.range(0, questions)
            .mapToObj(n -> asking.ask(ADDRESS, new Read(n), LONG))
            .toList();
    await().until(() -> registry.get("holdfast.bus.underway").gauge().value() == questions);
    standStill();
    store.complete();

    await().until(() -> registry.get("holdfast.bus.underway").gauge().value() == 0);
    await().until(() -> registry.get("holdfast.budget.refused").counter().count() > 0);
    assertTrue(gauge("holdfast.budget.bytes") <= room, "" + gauge("holdfast.budget.bytes"));
    stillness.countDown();

    await().atMost(Duration.ofSeconds(40)).until(() -> asked.stream().allMatch(Future::isComplete));
    asked.stream()
        .filter(Future::failed)
        .forEach(one -> assertEquals(ErrorCode.UNAVAILABLE, code(one.cause())));
    assertTrue(
        asked.stream().anyMatch(Future::failed) && asked.stream().anyMatch(Future::succeeded));
    assertEquals(asked.stream().filter(Future::failed).count(), notGiven.get());
    await().until(() -> gauge("holdfast.budget.bytes") == 0);
  }

  private static Page page() {
    var bytes = new byte[BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    return new Page(bytes);
  }

  private static ErrorCode code(Throwable failure) {
    return HoldfastException.from(failure).code();
  }

  private double gauge(String of) {
    return registry.get(of).tag("kind", "answers").gauge().value();
  }

  /** All event loops of the asker, as those of a process that is paused. */
  private void standStill() {
    for (int i = 0; i < 2 * VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE; i++) {
      ((VertxInternal) asker).createEventLoopContext().runOnContext(now -> awaitUninterruptibly());
    }
  }

  private void awaitUninterruptibly() {
    try {
      stillness.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Vertx join(int own, List<HostPort> members) {
    return get(
        Cluster.join(
            new ClusterConfig(
                name,
                "127.0.0.1",
                own,
                0,
                null,
                members,
                Duration.ofSeconds(12),
                null,
                name + " has a secret of more than 32 characters",
                false)));
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(180, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
