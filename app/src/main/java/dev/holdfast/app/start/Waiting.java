package dev.holdfast.app.start;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks a thread until something is done. After a second it says what is waited for, and again
 * after five, ten and so on: a person who waits wants to know for whom.
 */
public final class Waiting {
  private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration NEXT = Duration.ofSeconds(5);

  private Waiting() {}

  /**
   * @param most after which it is given up
   * @param what is waited for, as of when it is asked
   * @throws StartException if it failed, or was not done in time
   */
  public static <T> T until(Future<T> done, Duration most, Supplier<String> what) {
    CompletableFuture<T> waiting = done.toCompletionStage().toCompletableFuture();
    long begun = System.nanoTime();
    Duration until = most.compareTo(FIRST) < 0 ? most : FIRST;
    while (true) {
      try {
        long left = begun + until.toNanos() - System.nanoTime();
        return waiting.get(Math.max(0, left), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (until.compareTo(most) >= 0) {
          String late = "not done within %d s; waited for %s";
          throw new StartException(late.formatted(most.toSeconds(), what.get()), e);
        }
        LOG.info("Waiting for {}, for {} s by now", what.get(), until.toSeconds());
        Duration further = until.compareTo(NEXT) < 0 ? NEXT : until.plus(NEXT);
        until = further.compareTo(most) < 0 ? further : most;
      } catch (ExecutionException e) {
        throw named(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StartException("interrupted", e);
      }
    }
  }

  private static StartException named(ExecutionException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof StartException named
        ? named
        : new StartException(String.valueOf(cause.getMessage()), cause);
  }
}
