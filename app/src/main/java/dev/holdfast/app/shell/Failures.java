package dev.holdfast.app.shell;

import dev.holdfast.app.command.CallException;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.session.RefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns what a client's stage fails with into a line for people. */
final class Failures {
  private static final long SOON_S = 2;

  private Failures() {}

  /**
   * Waits for a stage.
   *
   * @throws CallException if it was refused
   */
  static <T> T wait(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      throw named(e);
    }
  }

  /** Ends the session, so that it does not linger; whatever becomes of that. */
  static void end(Holdfast client) {
    client.end().toCompletableFuture().exceptionally(failure -> null).join();
  }

  /** Ends the session, but waits for that 2 s at most: somebody pressed Ctrl-C. */
  static void endSoon(Holdfast client) {
    client
        .end()
        .toCompletableFuture()
        .orTimeout(SOON_S, TimeUnit.SECONDS)
        .exceptionally(failure -> null)
        .join();
  }

  /** Fails the future if there is a failure. */
  static void pass(@Nullable Throwable failure, CompletableFuture<?> to) {
    if (failure != null) {
      to.completeExceptionally(named(failure));
    }
  }

  private static RuntimeException named(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof RefusedException refused) {
      return new CallException(String.valueOf(refused.getMessage()), refused);
    }
    return cause instanceof RuntimeException known ? known : new CompletionException(cause);
  }
}
