package dev.holdfast.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServingTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
  private final Bus bus = new Bus(vertx);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Integer> executed = new ArrayList<>();

  /** A request, and its answer. */
  record Number(int value) implements BusMessage<Number> {}

  @BeforeEach
  void bind() {
    bus.bindTo(registry);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  /**
   * A service that was paused, or had much to do, executed for seconds what nobody waited for any
   * more, and what had been asked again meanwhile.
   */
  @Test
  void requestWhoseAskerHasGivenUpIsNotExecuted() throws Exception {
    Context context = serve(Future::succeededFuture);
    CountDownLatch held = new CountDownLatch(1);
    context.runOnContext(now -> awaitUninterruptibly(held));

    HoldfastException failure = refusal(bus.ask("numbers", new Number(1), Duration.ofMillis(50)));
    HoldfastException local =
        refusal(bus.askLocal("numbers", new Number(2), Duration.ofMillis(50)));
    held.countDown();
    await(bus.ask("numbers", new Number(3), LONG));

    assertEquals(ErrorCode.TIMEOUT, failure.code());
    assertEquals(ErrorCode.TIMEOUT, local.code());
    assertEquals(List.of(3), executed);
    assertEquals(2, registry.get("holdfast.bus.late").functionCounter().count());
  }

  /** Requests were taken without a bound while the store stood still. */
  @Test
  void refusesMoreThanItCanHoldAndTakesThemAgainLater() {
    Promise<Void> store = Promise.promise();
    serve(number -> store.future().map(number));
    List<Future<Number>> taken = new ArrayList<>();
    for (int i = 0; i < 8_192; i++) {
      taken.add(bus.askLocal("numbers", new Number(i), LONG));
    }

    assertEquals(ErrorCode.RATE_LIMITED, refusal(bus.ask("numbers", new Number(-1), LONG)).code());
    assertEquals(8_192, registry.get("holdfast.bus.underway").gauge().value());
    store.complete();
    await(Future.all(taken));

    assertEquals(7, await(bus.ask("numbers", new Number(7), LONG)).value());
    assertEquals(0, registry.get("holdfast.bus.underway").gauge().value());
    assertEquals(0, registry.get("holdfast.bus.underway.bytes").gauge().value());
    assertEquals(1, registry.get("holdfast.bus.refused").functionCounter().count());
  }

  /** During a rolling upgrade there are askers that say nothing of their patience. */
  @Test
  void askerOfBeforeIsAnswered() {
    serve(Future::succeededFuture);

    var answer =
        await(vertx.eventBus().<Number>request("numbers", new Number(4), Exchange.options(30_000)));

    assertEquals(4, answer.body().value());
  }

  @Test
  void failsAtOnceWhereNobodyServes() {
    assertEquals(ErrorCode.UNAVAILABLE, refusal(bus.ask("nowhere", new Number(1), LONG)).code());
    var request =
        new ServiceRequest(new Caller.Service("s", "i", Set.of(), Set.of()), "s1", "m", "1");
    assertEquals(ErrorCode.NO_SERVICE, refusal(bus.askService("none", request, LONG)).code());
  }

  private Context serve(Function<Number, Future<Number>> handler) {
    Context context = CompletableFuture.supplyAsync(vertx::getOrCreateContext).join();
    Promise<Void> serving = Promise.promise();
    context.runOnContext(
        now ->
            bus.<Number>serve(
                    "numbers",
                    number -> {
                      executed.add(number.value());
                      return handler.apply(number);
                    })
                .completion()
                .onComplete(serving));
    await(serving.future());
    return context;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HoldfastException refusal(Future<?> answer) {
    var failure = assertThrows(ExecutionException.class, () -> get(answer));
    return (HoldfastException) failure.getCause();
  }

  private static <T> T await(Future<T> future) {
    try {
      return get(future);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
