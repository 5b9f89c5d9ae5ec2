package dev.holdfast.runs;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Waiting in tests: for a future or a condition, 30 s at most. */
public final class Await {
  private Await() {}

  public static <T> T get(Future<T> future) {
    return get(future, 30);
  }

  public static <T> T get(Future<T> future, int seconds) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  public static HoldfastException refusal(Future<?> asked) {
    try {
      throw new AssertionError("not refused: " + get(asked));
    } catch (HoldfastException e) {
      return e;
    }
  }

  public static ErrorCode code(Future<?> asked) {
    return refusal(asked).code();
  }

  public static void until(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
  }
}
