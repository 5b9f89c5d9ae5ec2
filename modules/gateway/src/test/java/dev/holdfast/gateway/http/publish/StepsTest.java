package dev.holdfast.gateway.http.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A request with fifteen publications of 60 KB, or a hundred to a channel each, put all of them
 * before the store at once; everybody else's next one came behind them.
 */
class StepsTest {
  private final List<Promise<String>> begun = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();

  private Steps steps(int most, long mostSize) {
    return new Steps(most, mostSize, Duration.ofNanos(5), now::get);
  }

  private Future<String> work() {
    Promise<String> promise = Promise.promise();
    begun.add(promise);
    return promise.future();
  }

  @Test
  void soManyAreUnderWayAtATime() {
    Steps steps = steps(4, 1_000);
    List<Future<String>> done = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      done.add(steps.run(1, this::work));
    }
    assertEquals(4, begun.size());

    begun.get(2).complete("third");
    assertEquals("third", done.get(2).result());
    assertEquals(5, begun.size());
    begun.get(0).fail("refused");
    assertTrue(done.get(0).failed());
    assertEquals(6, begun.size());
  }

  @Test
  void soMuchIsUnderWayAtATimeAndALargeOneAlone() {
    Steps steps = steps(100, 1_000);
    steps.run(600, this::work);
    steps.run(400, this::work);
    steps.run(5_000, this::work);
    steps.run(1, this::work);
    assertEquals(2, begun.size());

    begun.get(0).complete();
    assertEquals(2, begun.size(), "what is larger than all waits for all");
    begun.get(1).complete();
    assertEquals(3, begun.size());
    begun.get(2).complete();
    assertEquals(4, begun.size());
  }

  @Test
  void whatEndsAtOnceLetsTheNextOneBegin() {
    Steps steps = steps(1, 1);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      steps.run(
          1,
          () -> {
            order.add(number);
            return Future.succeededFuture();
          });
    }
    Future<Object> thrown =
        steps.run(
            1,
            () -> {
              throw new IllegalStateException("at once");
            });

    assertTrue(thrown.failed());
    assertEquals(10_000, order.size());
    assertEquals(9_999, order.get(9_999));
  }

  /** A store that answers nothing would be waited for once for each step. */
  @Test
  void whatHasWaitedForTooLongIsNotBegun() {
    Steps steps = steps(1, 1_000);
    List<Future<String>> done = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      done.add(steps.run(1, this::work));
    }
    now.set(5);
    begun.get(0).complete("in time");
    assertEquals(2, begun.size());

    now.set(6);
    begun.get(1).fail("no answer");
    assertEquals(2, begun.size());
    for (Future<String> late : done.subList(2, 10)) {
      assertEquals(ErrorCode.UNAVAILABLE, HoldfastException.from(late.cause()).code());
    }
    steps.run(1, this::work);
    assertEquals(3, begun.size());
  }
}
