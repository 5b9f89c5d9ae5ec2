package dev.holdfast.redis.routing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.topology.ServerAddress;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import io.vertx.redis.client.impl.types.SimpleStringType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers come as a test gives them, so that each order of answers can be had. */
class LanesTest {
  private static final int SLOT = 7;
  private static final Response OK = SimpleStringType.create("OK");

  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
  private final Shard a = new Shard("10.0.0.1");
  private final Shard b = new Shard("10.0.0.2");
  private final Map<Integer, Shard> owners = new HashMap<>(Map.of(SLOT, a));
  private final List<String> written = new ArrayList<>();
  private final Budget.Share room = new Budget(new SimpleMeterRegistry()).share("test", 1_000);
  private int doubts;
  private final Lanes<Shard> lanes = new Lanes<>(context, route(), room, 1_000, kind -> {});

  private static final class Shard {
    final String host;
    final List<Promise<Response>> open = new ArrayList<>();

    /** What it answers to everything, at once; empty: as a test says. */
    String always = "";

    Shard(String host) {
      this.host = host;
    }

    void answers(String text) {
      Promise<Response> oldest = open.remove(0);
      if (text.equals("OK")) {
        oldest.complete(OK);
      } else {
        oldest.fail(ErrorType.create(text));
      }
    }
  }

  private Route<Shard> route() {
    return new Route<>() {
      @Override
      public @Nullable Shard owner(int slot) {
        return owners.get(slot);
      }

      @Override
      public @Nullable Shard at(ServerAddress address) {
        return address.host().equals(a.host) ? a : address.host().equals(b.host) ? b : null;
      }

      @Override
      public void doubt() {
        doubts++;
      }
    };
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, SECONDS);
  }

  private <T> T on(Callable<T> step) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        now -> {
          try {
            done.complete(step.call());
          } catch (Exception e) {
            done.fail(e);
          }
        });
    try {
      return done.future().toCompletionStage().toCompletableFuture().get(20, SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void run(Runnable step) {
    on(
        () -> {
          step.run();
          return 0;
        });
    // What it caused is done, too.
    on(() -> 0);
  }

  private Future<Response> call(String name) {
    return call(SLOT, name);
  }

  private Future<Response> call(int slot, String name) {
    return on(
        () ->
            lanes.call(
                slot,
                new Task<>() {
                  @Override
                  public Future<Response> at(Shard shard, boolean asking) {
                    written.add(name + (shard == a ? " a" : " b") + (asking ? " asking" : ""));
                    if (!shard.always.isEmpty()) {
                      return Future.failedFuture(ErrorType.create(shard.always));
                    }
                    Promise<Response> answer = context.promise();
                    shard.open.add(answer);
                    return answer.future();
                  }

                  @Override
                  public long bytes() {
                    return 100;
                  }
                }));
  }

  private static void assertNothingDone(Future<Response> call) {
    assertTrue(call.failed());
    assertTrue(call.cause().getMessage().endsWith("nothing done"), call.cause().getMessage());
  }

  @Test
  void callsGoToTheOwnerInTheirOrder() {
    Future<Response> first = call("1");
    Future<Response> second = call("2");
    assertEquals(List.of("1 a", "2 a"), written);
    run(() -> a.answers("OK"));
    run(() -> a.answers("ERR no"));
    assertTrue(first.succeeded());
    assertTrue(second.failed());
    assertEquals(0, room.used());
  }

  @Test
  void whatMovedGoesOnInOrderAndWhatIsNewBehindIt() {
    call("1");
    call("2");
    Future<Response> third = call("3");
    run(() -> a.answers("OK"));
    run(() -> a.answers("MOVED 7 10.0.0.2:6379"));
    owners.put(SLOT, b);
    call("4");
    assertEquals(List.of("1 a", "2 a", "3 a"), written);
    run(() -> a.answers("MOVED 7 10.0.0.2:6379"));
    assertEquals(List.of("2 b", "3 b", "4 b"), written.subList(3, 6));
    assertEquals(2, doubts);
    run(() -> b.answers("OK"));
    run(() -> b.answers("OK"));
    assertTrue(third.succeeded());
  }

  @Test
  void aNewMapHoldsCallsUntilTheOldMasterHasAnswered() {
    call("1");
    owners.put(SLOT, b);
    call("2");
    assertEquals(List.of("1 a"), written);
    run(() -> a.answers("OK"));
    assertEquals(List.of("1 a", "2 b"), written);
  }

  /** Repeated, it would come after the later one. */
  @Test
  void whatALaterCallOvertookIsNotRepeated() {
    Future<Response> first = call("1");
    Future<Response> second = call("2");
    run(() -> a.answers("ASK 7 10.0.0.2:6379"));
    run(() -> a.answers("OK"));
    assertNothingDone(first);
    assertTrue(second.succeeded());
    assertEquals(List.of("1 a", "2 a"), written);
    assertEquals(0, room.used());
  }

  @Test
  void whatIsAskedForElsewhereIsMarkedAndOthersWaitForIt() {
    Future<Response> first = call("1");
    run(() -> a.answers("ASK 7 10.0.0.2:6379"));
    call("2");
    assertEquals(List.of("1 a", "1 b asking"), written);
    run(() -> b.answers("OK"));
    assertTrue(first.succeeded());
    assertEquals("2 a", written.get(2));
  }

  @Test
  void aSlotThatIsPartlyElsewhereIsTriedAgainUntilTimeIsOver() {
    Future<Response> first = call("1");
    run(() -> a.answers("TRYAGAIN"));
    assertFalse(first.isComplete());
    await().until(() -> on(() -> written.size() == 2));
    run(() -> a.answers("TRYAGAIN"));
    await().until(() -> on(() -> written.size() == 3));
    run(() -> a.answers("OK"));
    assertTrue(first.succeeded());
    Future<Response> late = call("2");
    await()
        .until(
            () ->
                on(
                    () -> {
                      if (!a.open.isEmpty()) {
                        a.answers("TRYAGAIN");
                      }
                      return late.isComplete();
                    }));
    assertNothingDone(late);
  }

  /** The answer was forgotten while it waited to be asked for again. */
  @Test
  void whatIsGivenUpNamesTheLastAnswer() {
    a.always = "TRYAGAIN";
    Future<Response> call = call("1");
    await().until(call::isComplete);
    assertNothingDone(call);
    String message = call.cause().getMessage();
    assertTrue(message.contains("whose master answers TRYAGAIN"), message);
    assertTrue(lanes.trouble().contains("whose master answers TRYAGAIN"), lanes.trouble());
  }

  @Test
  void twoThatSendItToEachOtherAreNotFollowedForEver() {
    Future<Response> call = call("1");
    await().until(() -> on(() -> sendOn(call)));
    assertNothingDone(call);
    assertTrue(written.size() < 60, "at a pace: " + written.size());
  }

  /** Both send what they have to each other. */
  private boolean sendOn(Future<Response> call) {
    if (!a.open.isEmpty()) {
      a.answers("MOVED 7 10.0.0.2:6379");
    }
    if (!b.open.isEmpty()) {
      b.answers("MOVED 7 10.0.0.1:6379");
    }
    return call.isComplete();
  }

  /** A line that stays when all is well sends an operator after nothing. */
  @Test
  void aClusterThatIsDownIsReportedUntilACallIsDone() {
    Future<Response> refused = call("1");
    run(() -> a.answers("CLUSTERDOWN The cluster is down"));
    assertTrue(refused.failed());
    assertTrue(lanes.trouble().contains("cluster-require-full-coverage"), lanes.trouble());

    call("2");
    run(() -> a.answers("OK"));
    assertEquals("", lanes.trouble());
  }

  @Test
  void aCircleIsReportedUntilItsSlotGetsThrough() {
    owners.put(8, b);
    Future<Response> circled = call("1");
    await().until(() -> on(() -> sendOn(circled)));
    assertTrue(lanes.trouble().contains("slot 7, whose master answers MOVED"), lanes.trouble());

    call(8, "2");
    run(() -> b.answers("OK"));
    assertFalse(lanes.trouble().isEmpty(), "another slot's success says nothing of it");
    call("3");
    run(() -> a.answers("OK"));
    assertEquals("", lanes.trouble());
  }

  @Test
  void aSlotThatNobodyServesIsRefusedAtOnce() {
    owners.clear();
    Future<Response> call = call("1");
    assertNothingDone(call);
    assertEquals(1, doubts);
  }

  @Test
  void whatIsHeldIsBounded() {
    call("1");
    owners.put(SLOT, b);
    List<Future<Response>> held = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      held.add(call("h" + i));
    }
    assertNothingDone(held.get(10));
    run(() -> a.answers("OK"));
    assertEquals(0, room.used());
    assertEquals(11, written.size());
  }

  /** Each went on from within the answer of the one before, and the stack was full. */
  @Test
  void manyThatAreHeldForOneThatRefusesAllAtOnceFailEach() {
    var wide = new Budget(new SimpleMeterRegistry()).share("many", 5_000_000);
    var many = new Lanes<Shard>(context, route(), wide, 30_000, kind -> {});
    Promise<Response> first = Promise.promise();
    List<Future<Response>> held = new ArrayList<>();
    run(
        () -> {
          many.call(SLOT, task(first.future()));
          owners.put(SLOT, b);
          for (int i = 0; i < 5_000; i++) {
            held.add(many.call(SLOT, task(Future.failedFuture("down"))));
          }
        });

    run(() -> first.complete(OK));

    assertTrue(held.stream().allMatch(call -> call.failed()));
    assertEquals("down", held.get(4_999).cause().getMessage());
    assertEquals(0, wide.used());
  }

  private static Task<Shard> task(Future<Response> answer) {
    return new Task<>() {
      @Override
      public Future<Response> at(Shard shard, boolean asking) {
        return answer;
      }

      @Override
      public long bytes() {
        return 100;
      }
    };
  }
}
