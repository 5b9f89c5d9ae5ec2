package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.HubMemory;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.Budget;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/**
 * Hints for one life of one peer. The bus takes everything, also for a peer that reads nothing, so
 * this class counts the bytes that are not written yet. Over the budget it does not send a batch.
 * The batch's number is missing then: the peer notices the loss and reads the log. Confined to the
 * context of the channels verticle; writes are counted on any thread.
 */
final class HintOutbox {
  /** Bytes that a hint or a batch costs besides its body. */
  private static final int OVERHEAD = 256;

  private final NodeId peer;
  private final long limit;
  private final Budget.Share share;
  private final ChannelsMetrics metrics;
  private final AtomicLong unwritten = new AtomicLong();
  private final AtomicBoolean beating = new AtomicBoolean();
  private List<Hint> pending = new ArrayList<>();
  private long number;
  private boolean seen;
  private boolean away;
  private long seenAt = System.nanoTime();

  HintOutbox(NodeId peer, HubMemory memory, ChannelsMetrics metrics) {
    this.peer = peer;
    this.limit = memory.hintsPerPeer();
    this.share = memory.hints();
    this.metrics = metrics;
  }

  /** Adds a hint to the batch that goes out next. */
  void add(Hint hint) {
    pending.add(hint);
  }

  List<Hint> take() {
    List<Hint> taken = pending;
    pending = new ArrayList<>();
    return taken;
  }

  /**
   * Sends the added hints as one batch. Over the budget, or while the peer is away, nothing is
   * sent, and only the number moves on.
   *
   * @param bus its {@link dev.holdfast.core.bus.Bus#write}
   */
  void send(BiFunction<String, BusValue, Future<Void>> bus, NodeId self) {
    List<Hint> hints = take();
    number++;
    long bytes = bytes(hints);
    if (away || !tryTake(bytes)) {
      metrics.hintsUnsent.increment(hints.size());
      return;
    }
    bus.apply(peer.address(), new Hint.Batch(self, number, hints))
        .onComplete(written -> give(bytes));
  }

  private static long bytes(List<Hint> hints) {
    long bytes = OVERHEAD;
    for (Hint hint : hints) {
      bytes += hint.body().length + OVERHEAD;
    }
    return bytes;
  }

  private boolean tryTake(long bytes) {
    long before = unwritten.get();
    if ((before > 0 && before + bytes > limit) || !share.tryTake(bytes)) {
      return false;
    }
    unwritten.addAndGet(bytes);
    return true;
  }

  private void give(long bytes) {
    unwritten.addAndGet(-bytes);
    share.give(bytes);
  }

  /** Sends a beat, one at a time, so that beats don't pile up for a peer that reads nothing. */
  void beat(BiFunction<String, BusValue, Future<Void>> bus, NodeId self, long at) {
    if (!away && beating.compareAndSet(false, true)) {
      bus.apply(peer.address(), new Hint.Beat(self, number, at))
          .onComplete(written -> beating.set(false));
    }
  }

  /** Skips a number: the peer notices a loss. */
  void lose() {
    number++;
  }

  /** Notes that the peer holds a lease. */
  void present(long now) {
    seen = true;
    away = false;
    seenAt = now;
  }

  /**
   * Notes that the peer holds no lease. If it did before, hints for it are counted, not sent; it
   * may come back in the same life, and its numbers go on. A peer that was never seen may be too
   * new to be listed, and is sent hints.
   */
  void absent() {
    away = seen;
  }

  /** Notes that this life of the peer is over. */
  void over() {
    away = true;
  }

  /** Returns whether the peer has held no lease since then. */
  boolean absentSince(long nanoTime) {
    return seenAt - nanoTime < 0;
  }
}
