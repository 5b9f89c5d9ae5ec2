package dev.holdfast.channels;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Lets a bounded number of reads be under way at a time; the rest wait in the order in which they
 * came. So what one link's reads hold in memory is at most {@link #MOST} chunks. Confined to the
 * link's context.
 */
final class ReadTurns {
  /** With chunks of 256 KiB: 8 MiB; 32 MiB where each holds one entry of the largest size. */
  static final int MOST = 32;

  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean going;

  /** Runs it now, or when it is its turn. */
  <T> Future<T> run(Supplier<Future<T>> read) {
    if (underWay < MOST) {
      return begin(read);
    }
    Promise<T> promise = Promise.promise();
    waiting.add(() -> begin(read).onComplete(promise));
    return promise.future();
  }

  private <T> Future<T> begin(Supplier<Future<T>> read) {
    underWay++;
    return read.get()
        .andThen(
            done -> {
              underWay--;
              goOn();
            });
  }

  /** A loop, as reads of a link that is down end at once: each in its turn, not in the other. */
  private void goOn() {
    if (going) {
      return;
    }
    going = true;
    while (underWay < MOST && !waiting.isEmpty()) {
      waiting.poll().run();
    }
    going = false;
  }
}
