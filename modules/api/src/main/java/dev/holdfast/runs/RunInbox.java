package dev.holdfast.runs;

import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is said to a run while a worker has it: each entry once, in order. It is taken by {@link
 * #poll}, or by a handler. While some of it is not taken no more is asked for, so it is bounded by
 * what one answer has; what waits beyond that is in the store, whose inbox may then be full. Safe
 * on any thread.
 */
public final class RunInbox {
  private final Context context;
  private final Runnable ask;
  private final Deque<InboxEntry> waiting = new ArrayDeque<>();
  private @Nullable Consumer<InboxEntry> handler;

  /** The number of the last entry that came. */
  private long last;

  /**
   * @param context on which a handler is called
   * @param ask asks for more; called on that context
   */
  RunInbox(Context context, Runnable ask) {
    this.context = context;
    this.ask = ask;
  }

  /** Takes the next entry; null if none is there. */
  public @Nullable InboxEntry poll() {
    InboxEntry next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null || !waiting.isEmpty()) {
        return next;
      }
    }
    context.runOnContext(now -> ask.run());
    return next;
  }

  /** Has each entry taken by a handler, on the worker's context: what is there, and what comes. */
  public void onInput(Consumer<InboxEntry> wanted) {
    synchronized (this) {
      handler = wanted;
    }
    context.runOnContext(now -> drain());
  }

  /** Returns the number after which entries are wanted; null as long as some are not taken. */
  synchronized @Nullable Long wanted() {
    return waiting.isEmpty() ? last : null;
  }

  /** Adds what came, but for what came before; on the worker's context. */
  void add(List<InboxEntry> entries) {
    synchronized (this) {
      for (InboxEntry entry : entries) {
        if (entry.n() > last) {
          last = entry.n();
          waiting.add(entry);
        }
      }
    }
    drain();
  }

  private void drain() {
    Consumer<InboxEntry> taker;
    synchronized (this) {
      taker = handler;
    }
    if (taker == null) {
      return;
    }
    for (InboxEntry next = poll(); next != null; next = poll()) {
      InboxEntry taken = next;
      context.runOnContext(now -> taker.accept(taken)); // each on its own: one may fail
    }
  }
}
