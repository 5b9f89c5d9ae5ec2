package dev.holdfast.gateway.http.publish;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Works of one request in their order. Their number and size at a time are bounded, so that their
 * server serves others in between. Works that have waited for too long are not begun, so that a
 * store that answers nothing keeps a request no longer than one work. Confined to one context.
 */
final class Steps {
  private final int most;
  private final long mostSize;
  private final long patience;
  private final LongSupplier clock;
  private final ArrayDeque<Step> waiting = new ArrayDeque<>();
  private int underWay;
  private long size;
  private boolean beginning;

  private record Step(long size, long since, Runnable begin, Runnable drop) {}

  /**
   * @param most works under way
   * @param mostSize of these together; or a single one, however large
   * @param patience the longest wait; after it a work is refused as UNAVAILABLE, and not begun
   */
  Steps(int most, long mostSize, Duration patience) {
    this(most, mostSize, patience, System::nanoTime);
  }

  Steps(int most, long mostSize, Duration patience, LongSupplier clock) {
    this.most = most;
    this.mostSize = mostSize;
    this.patience = patience.toNanos();
    this.clock = clock;
  }

  /** Begins a work now, or when those before it have begun and enough of them are done. */
  <T> Future<T> run(long sizeOfIt, Supplier<Future<T>> work) {
    Promise<T> promise = Promise.promise();
    Runnable begin = () -> begin(sizeOfIt, work, promise);
    waiting.add(new Step(sizeOfIt, clock.getAsLong(), begin, () -> promise.fail(late())));
    next();
    return promise.future();
  }

  private static HoldfastException late() {
    return new HoldfastException(ErrorCode.UNAVAILABLE, "waited too long, nothing done");
  }

  /** Begins works in a loop, as works that are done at once end from within. */
  private void next() {
    if (beginning) {
      return;
    }
    beginning = true;
    while (!waiting.isEmpty() && fits(waiting.peek())) {
      Step step = waiting.poll();
      if (clock.getAsLong() - step.since() > patience) {
        step.drop().run();
      } else {
        underWay++;
        size += step.size();
        step.begin().run();
      }
    }
    beginning = false;
  }

  private boolean fits(Step step) {
    return underWay == 0 || underWay < most && size + step.size() <= mostSize;
  }

  private <T> void begin(long sizeOfIt, Supplier<Future<T>> work, Promise<T> promise) {
    Future.succeededFuture()
        .compose(now -> work.get()) // at once; if it throws, it is over, too
        .onComplete(
            done -> {
              underWay--;
              size -= sizeOfIt;
              promise.handle(done);
              next();
            });
  }
}
