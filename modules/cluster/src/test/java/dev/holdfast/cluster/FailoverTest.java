package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a request while one of a service's two instances stands still. */
class FailoverTest {
  private static final Duration LONG = Duration.ofSeconds(40);
  private static final String ADDRESS = "lines";

  private final String name = UUID.randomUUID().toString();
  private final List<Vertx> members = new ArrayList<>();
  private final List<Line> executed = new ArrayList<>();
  private final Map<String, Context> contexts = new ConcurrentHashMap<>();
  private final Map<String, Serving<Line>> servings = new ConcurrentHashMap<>();
  private final CountDownLatch stillness = new CountDownLatch(1);
  private int port;

  /** A request. */
  record Line(int number, boolean repeatable) implements BusMessage<Answered> {
    private static final int ABOUT_ONE = 1_000;

    @Override
    public String preference() {
      return number < ABOUT_ONE ? "" : "thing" + number;
    }
  }

  /** Who answers. */
  record Answered(String by) implements BusValue {
    @Override
    public boolean decides() {
      return !by.endsWith("refuses");
    }
  }

  @AfterEach
  void leave() {
    stillness.countDown();
    members.forEach(member -> await(member.close()));
  }

  /** A publisher waited for a dead or paused node until its time-out, then asked it again. */
  @Test
  void whatMayBeAskedTwiceIsAskedOfAnotherInstance() {
    serve("a");
    serve("b");
    Bus asker = asker();
    standStill("a");

    Set<String> by = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      by.add(await(asker.ask(ADDRESS, new Line(i, true), LONG), 35).by());
    }

    assertEquals(Set.of("b"), by);
  }

  @Test
  void whatMayNotIsAnsweredByTheOneThatWasAskedOnce() {
    serve("a");
    serve("b");
    Bus asker = asker();
    standStill("a");
    List<Future<Answered>> once = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      once.add(asker.ask(ADDRESS, new Line(i, false), LONG));
    }
    // By then the first is known to be silent.
    await(asker.ask(ADDRESS, new Line(100, true), LONG), 35);
    await(asker.ask(ADDRESS, new Line(101, true), LONG), 35);

    stillness.countDown();
    once.forEach(FailoverTest::await);

    List<Integer> numbers =
        executed().stream().filter(line -> !line.repeatable()).map(Line::number).sorted().toList();
    assertEquals(numbers.stream().distinct().toList(), numbers);
    assertEquals(20, numbers.size());
  }

  /** A publisher took a refusal for final, and numbered anew what the paused node then stored. */
  @Test
  void aRefusalIsNoAnswerAsLongAsAnotherInstanceMayDoIt() {
    serve("a");
    serve("b refuses");
    Bus asker = asker();
    standStill("a");
    List<Future<Answered>> asked = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      asked.add(asker.ask(ADDRESS, new Line(i, true), LONG));
    }
    waitFor(() -> executed().stream().filter(line -> line.number() > 0).distinct().count() == 4);
    waitFor(() -> asked.stream().anyMatch(Future::isComplete));

    stillness.countDown();

    // Those that were asked of it first.
    assertTrue(asked.stream().map(one -> await(one).by()).anyMatch("a"::equals));
  }

  @Test
  void instanceThatStopsAnswersWhatItWasAsked() {
    var held = new ConcurrentLinkedQueue<Promise<Void>>();
    serve(
        "a",
        line -> {
          if (line.number() != 1) {
            return Future.succeededFuture();
          }
          var promise = Promise.<Void>promise();
          held.add(promise);
          return promise.future();
        });
    Bus asker = asker();
    Future<Answered> early = asker.ask(ADDRESS, new Line(1, false), LONG);
    waitFor(() -> !held.isEmpty());
    serve("b");
    stop("a");

    assertEquals("b", await(asker.ask(ADDRESS, new Line(2, false), LONG), 35).by());
    assertFalse(early.isComplete());
    held.forEach(Promise::complete);
    assertEquals("a", await(early).by());
  }

  /**
   * The bus may still choose a process that has just stopped: what it was sent there was waited for
   * until its time-out.
   */
  @Test
  void whatReachesNobodyIsAskedOfOneThatComes() {
    serve("a");
    Bus asker = asker();
    MessageConsumer<Line> mute = mute(line -> {});
    stop("a");

    Future<Answered> asked = asker.ask(ADDRESS, new Line(1, true), LONG);
    serve("b");

    assertEquals("b", await(asked, 35).by());
    await(mute.unregister());
  }

  @Test
  void whatMayBeAskedOnceIsNotSentToNobody() {
    serve("a");
    Bus asker = asker();
    var muted = new ConcurrentLinkedQueue<Boolean>();
    MessageConsumer<Line> mute = mute(line -> muted.add(line != null));
    stop("a");

    Future<Answered> asked = asker.ask(ADDRESS, new Line(1, false), LONG);
    waitFor(() -> !muted.isEmpty());
    serve("b");
    await(mute.unregister());

    assertEquals("b", await(asked, 35).by());
    assertFalse(muted.contains(true));
  }

  /** During a rolling upgrade there are instances that have no address of their own. */
  @Test
  void instanceOfBeforeIsAskedByTheCommonAddress() {
    Vertx old = join();
    new Bus(old);
    await(
        old.eventBus()
            .<Line>consumer(
                ADDRESS,
                request ->
                    request.reply(
                        new Answered("old " + request.body().number()),
                        new DeliveryOptions().setCodecName("holdfast")))
            .completion());
    Bus asker = asker();

    for (int i = 0; i < 5; i++) {
      assertEquals("old " + i, await(asker.ask(ADDRESS, new Line(i, true), LONG)).by());
    }
  }

  /** The batches of a run went to the nodes by turns, and each had to read the run from Redis. */
  @Test
  void whatIsAboutOneThingIsAskedOfOneInstanceUntilThatIsGone() {
    serve("a");
    serve("b");
    serve("c");
    Bus asker = asker();
    Map<Integer, String> first = preferred(asker);
    assertEquals(Set.of("a", "b", "c"), Set.copyOf(first.values()));
    assertEquals(first, preferred(asker));

    stop("a");
    waitFor(() -> !preferred(asker).containsValue("a"));
    Map<Integer, String> then = preferred(asker);
    first.forEach(
        (thing, by) -> assertEquals(by.equals("a") ? then.get(thing) : by, then.get(thing)));
    assertEquals(Set.of("b", "c"), Set.copyOf(then.values()));
  }

  /** Who answers about forty things. */
  private static Map<Integer, String> preferred(Bus asker) {
    Map<Integer, String> by = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      int thing = Line.ABOUT_ONE + i;
      by.put(thing, await(asker.ask(ADDRESS, new Line(thing, true), LONG), 35).by());
    }
    return by;
  }

  /** One that is asked by itself has everything local. */
  @Test
  void ownInstanceIsAskedFirst() {
    serve("a");
    Bus own = new Bus(join());
    serve(own, "own", line -> Future.succeededFuture());
    await(own.ask(ADDRESS, new Line(0, true), LONG));

    waitFor(() -> await(own.ask(ADDRESS, new Line(1, true), LONG)).by().equals("own"));
    for (int i = 0; i < 10; i++) {
      assertEquals("own", await(own.ask(ADDRESS, new Line(2, true), LONG)).by());
    }
  }

  /** Serves and says nothing, as one that has just stopped. */
  private MessageConsumer<Line> mute(Consumer<Line> received) {
    Vertx member = join();
    new Bus(member);
    MessageConsumer<Line> mute =
        member.eventBus().consumer(ADDRESS, message -> received.accept(message.body()));
    await(mute.completion());
    return mute;
  }

  private void stop(String instance) {
    await(servings.get(instance).unregister());
  }

  private synchronized List<Line> executed() {
    return List.copyOf(executed);
  }

  private synchronized void execute(Line line) {
    executed.add(line);
  }

  private void standStill(String instance) {
    contexts.get(instance).runOnContext(now -> awaitUninterruptibly(stillness));
  }

  private Serving<Line> serve(String instance) {
    return serve(instance, line -> Future.succeededFuture());
  }

  private Serving<Line> serve(String instance, Function<Line, Future<Void>> work) {
    return serve(new Bus(join()), instance, work);
  }

  private Serving<Line> serve(Bus bus, String instance, Function<Line, Future<Void>> work) {
    var serving = new CompletableFuture<Serving<Line>>();
    Context context = bus.vertx().getOrCreateContext();
    contexts.put(instance, context);
    context.runOnContext(
        now -> {
          Serving<Line> served =
              bus.serve(
                  ADDRESS,
                  line -> {
                    execute(line);
                    return work.apply(line).map(done -> new Answered(instance));
                  });
          servings.put(instance, served);
          served.completion().onComplete(done -> serving.complete(served));
        });
    return serving.join();
  }

  /** Knows both instances: each has answered. */
  private Bus asker() {
    Bus bus = new Bus(join());
    Set<String> known = new HashSet<>();
    waitFor(
        () -> {
          known.add(await(bus.ask(ADDRESS, new Line(-1, true), LONG)).by());
          return known.size() == contexts.size() || contexts.isEmpty();
        });
    return bus;
  }

  private Vertx join() {
    var members = port == 0 ? List.<HostPort>of() : List.of(new HostPort("127.0.0.1", port));
    int own = port == 0 ? FreePort.take() : 0;
    port = port == 0 ? own : port;
    Vertx joined =
        await(
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
                    name,
                    false)));
    this.members.add(joined);
    return joined;
  }

  private static void waitFor(BooleanSupplier holds) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() - until < 0, "never came true");
      Thread.onSpinWait();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T await(Future<T> future) {
    return await(future, 60);
  }

  private static <T> T await(Future<T> future, int seconds) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not answered within " + seconds + " s", e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
