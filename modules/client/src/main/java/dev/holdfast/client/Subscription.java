package dev.holdfast.client;

import dev.holdfast.client.session.Cursor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A handler of a channel. */
public final class Subscription implements AutoCloseable {
  private final CompletionStage<@Nullable Cursor> ready;
  private final Runnable end;

  Subscription(CompletionStage<@Nullable Cursor> ready, Runnable end) {
    this.ready = ready;
    this.end = end;
  }

  /**
   * Completes when the server has the subscription, with the cursor from which reading starts; none
   * for a channel that is read without a subscription. Fails with {@link
   * dev.holdfast.client.session.RefusedException}.
   */
  public CompletionStage<@Nullable Cursor> ready() {
    return ready;
  }

  /** Removes the handler. The channel is no longer read when its last handler is removed. */
  @Override
  public void close() {
    end.run();
  }
}
