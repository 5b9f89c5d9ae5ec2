package dev.holdfast.channels;

import dev.holdfast.core.Budget;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads logs in chunks. Readers that want the same chunk share one read, and a bounded number of
 * reads is under way at a time; the rest wait in the order in which they came. Confined to the
 * hub's context.
 */
final class LogReader {
  /** Entries of a chunk. */
  static final int CHUNK = 64;

  private static final int MAX_READS = 32;

  /** What a read takes: a chunk as it comes from Redis, and as frames. */
  private static final long READ_BYTES = 512 << 10;

  private final ChannelStore store;
  private final NodeId node;
  private final ChannelsMetrics metrics;
  private final Budget.Share share;
  private final Map<Key, Future<Stretch>> underWay = new HashMap<>();
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private int reads;
  private boolean beginning;

  LogReader(ChannelStore store, NodeId node, ChannelsMetrics metrics, Budget.Share share) {
    this.store = store;
    this.node = node;
    this.metrics = metrics;
    this.share = share;
  }

  private record Key(Channel channel, Position after) {}

  /**
   * @param after null for the earliest
   * @return what follows; fails as {@link ChannelStore#read}
   */
  Future<Stretch> read(Channel channel, Position after) {
    Key key = new Key(channel, after);
    Future<Stretch> shared = underWay.get(key);
    if (shared != null) {
      return shared;
    }
    Promise<Stretch> promise = Promise.promise();
    underWay.put(key, promise.future());
    waiting.add(() -> begin(key, promise));
    next();
    return promise.future();
  }

  /** A loop, as a read that fails at once, while Redis is away, asks for the next from within. */
  private void next() {
    if (beginning) {
      return;
    }
    beginning = true;
    while (reads < MAX_READS && !waiting.isEmpty() && share.tryTake(READ_BYTES)) {
      reads++;
      waiting.poll().run();
    }
    beginning = false;
  }

  private void begin(Key key, Promise<Stretch> promise) {
    metrics.logReads.increment();
    chunk(key)
        .map(chunk -> stretch(key, chunk))
        .onComplete(
            read -> {
              reads--;
              share.give(READ_BYTES);
              underWay.remove(key);
              promise.handle(read);
              next();
            });
  }

  /**
   * A log that is gone begins anew (with a fresh epoch) by asserting interest, and is then read.
   */
  private Future<ChannelStore.Chunk> chunk(Key key) {
    return store
        .read(key.channel(), key.after(), CHUNK)
        .compose(
            chunk ->
                chunk != null
                    ? Future.succeededFuture(chunk)
                    : store
                        .interest(key.channel(), node)
                        .compose(begun -> store.read(key.channel(), key.after(), CHUNK)));
  }

  private static Stretch stretch(Key key, ChannelStore.Chunk chunk) {
    if (chunk == null) {
      throw new HoldfastException(ErrorCode.UNAVAILABLE, "the log went while it was read");
    }
    Position from = key.after() == null ? chunk.base() : key.after();
    return Stretch.of(key.channel(), from, chunk);
  }
}
