package dev.holdfast.client;

import dev.holdfast.client.session.Cursor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A handler at its channel. */
public final class Subscription implements AutoCloseable {
  private final CompletionStage<@Nullable Cursor> ready;
  private final Runnable end;

  Subscription(CompletionStage<@Nullable Cursor> ready, Runnable end) {
    this.ready = ready;
    this.end = end;
  }

  /**
   * Done when the server has the subscription. There is no cursor of a channel that is read without
   * asking. Fails with {@link dev.holdfast.client.session.RefusedException}.
   */
  public CompletionStage<@Nullable Cursor> ready() {
    return ready;
  }

  /** Takes the handler away; the channel is read no more when its last one is. */
  @Override
  public void close() {
    end.run();
  }
}
