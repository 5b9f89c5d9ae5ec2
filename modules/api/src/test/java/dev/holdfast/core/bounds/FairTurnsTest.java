package dev.holdfast.core.bounds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FairTurnsTest {
  private static final long PATIENCE = 60_000;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FairTurns turns = turns(8, 4, 100_000, PATIENCE);
  private final List<Promise<Integer>> begun = new ArrayList<>();
  private final List<String> order = new ArrayList<>();

  private FairTurns turns(int most, int mostOfGroup, int mostWaiting, long patience) {
    var bounds = new FairTurns.Bounds(most, mostOfGroup, mostWaiting, patience, 10);
    return new FairTurns("test", bounds, null, meters);
  }

  private Future<Integer> read(String tenant) {
    return read(turns, tenant);
  }

  private Future<Integer> read(FairTurns of, String tenant) {
    return of.run(
        tenant,
        () -> {
          order.add(tenant);
          begun.add(Promise.promise());
          return begun.get(begun.size() - 1).future();
        });
  }

  /** One tenant's readers took all turns, and the others waited behind its queue. */
  @Test
  void whatFloodsWaitsBehindItself() {
    for (int i = 0; i < 1_000; i++) {
      read("greedy");
    }
    assertEquals(4, begun.size());

    read("modest");
    assertEquals(5, begun.size(), "begins at once");
    for (int i = 0; i < 10; i++) {
      read("third");
    }
    assertEquals(8, begun.size());

    for (int i = 0; i < 8; i++) {
      begun.get(i).complete(i);
    }
    List<String> second = order.subList(8, 16);
    assertEquals(4, second.stream().filter("greedy"::equals).count());
    assertEquals(4, second.stream().filter("third"::equals).count());
  }

  @Test
  void theNextBeginsWhenOneEndedHoweverItDid() {
    List<Future<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      reads.add(read("a"));
    }
    begun.get(0).complete(0);
    begun.get(1).fail("the link broke");
    assertEquals(6, begun.size());
    for (int i = 2; i < 10; i++) {
      begun.get(i).complete(i);
    }
    assertEquals(9, reads.get(9).result());
    assertTrue(reads.get(1).failed());
  }

  @Test
  void whoseAskerIsGoneIsNotBegun() {
    for (int i = 0; i < 4; i++) {
      read("a");
    }
    var gone = new AtomicBoolean();
    Future<Integer> dropped = turns.run("a", gone::get, () -> Future.succeededFuture(1));
    Future<Integer> after = read("a");
    gone.set(true);

    begun.get(0).complete(0);

    assertTrue(dropped.failed());
    assertFalse(after.isComplete());
    assertEquals(5, begun.size(), "its turn is the next one's");
    assertEquals(
        1, meters.counter("holdfast.turns.dropped", "kind", "test", "why", "late").count());
  }

  @Test
  void whatWaitsForTooLongIsNotBegun() {
    FairTurns hasty = turns(1, 1, 10, -1);

    Future<Integer> late = read(hasty, "a");

    assertTrue(late.failed());
    assertEquals(0, begun.size());
    assertEquals(ErrorCode.TIMEOUT, ((HoldfastException) late.cause()).code());
  }

  /**
   * While the store answered nothing, what waited was dropped when the first of all had an answer.
   */
  @Test
  void whatHasWaitedForTooLongIsDroppedWhileNoneEnds() {
    FairTurns hasty = turns(1, 1, 10, 300);
    Future<Integer> begins = read(hasty, "a");
    List<Future<Integer>> waiting = List.of(read(hasty, "a"), read(hasty, "b"), read(hasty, "b"));
    var again = new ArrayList<Future<Integer>>();
    waiting.get(2).onFailure(late -> again.add(read(hasty, "b")));
    hasty.sweep();
    assertFalse(waiting.stream().anyMatch(Future::failed));

    await()
        .pollInSameThread()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              hasty.sweep();
              return waiting.stream().allMatch(Future::failed);
            });

    assertFalse(begins.isComplete());
    begun.get(0).complete(0);
    assertEquals(List.of("a", "b"), order, "what came after");
    assertFalse(again.get(0).isComplete());
    begun.get(1).complete(1);
    assertEquals(1, again.get(0).result());
    assertEquals(
        3, meters.counter("holdfast.turns.dropped", "kind", "test", "why", "late").count());
  }

  @Test
  void tooMuchOfOneGroupIsRefusedAndOfAnotherNot() {
    FairTurns narrow = turns(1, 1, 2, PATIENCE);
    for (int i = 0; i < 3; i++) {
      read(narrow, "a");
    }

    Future<Integer> refused = read(narrow, "a");
    Future<Integer> other = read(narrow, "b");

    assertEquals(ErrorCode.RATE_LIMITED, ((HoldfastException) refused.cause()).code());
    assertFalse(other.isComplete());
  }

  @Test
  void noMoreBeginThanTheirShareHasRoomForAndOneAlways() {
    Budget.Share share = new Budget(meters).share("pages", 25);
    var bounds = new FairTurns.Bounds(8, 8, 10, PATIENCE, 10);
    var of = new FairTurns("test", bounds, share, meters);
    for (int i = 0; i < 4; i++) {
      read(of, "a");
    }
    assertEquals(2, begun.size());
    begun.get(0).complete(0);
    assertEquals(3, begun.size());

    var tight = new FairTurns("test", bounds, new Budget(meters).share("tight", 1), meters);
    read(tight, "a");
    assertEquals(4, begun.size());
  }

  /** A link that is down fails all at once: they must not go as deep as the stack. */
  @Test
  void aHundredThousandThatFailAtOnceAllAnswer() {
    for (int i = 0; i < 4; i++) {
      read("a");
    }
    List<Future<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      waiting.add(turns.run("a", () -> Future.failedFuture("down")));
    }

    begun.get(0).complete(0);

    assertTrue(waiting.stream().allMatch(Future::failed));
  }
}
