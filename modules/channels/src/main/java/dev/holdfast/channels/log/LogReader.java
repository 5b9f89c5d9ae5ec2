package dev.holdfast.channels.log;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bounds.FairTurns;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads logs in chunks. Readers that want the same chunk share one read. A bounded number of reads
 * is under way at a time; the rest wait by turns of the tenants. A read is dropped if nobody waits
 * for it any more when its turn comes. Confined to the hub's context.
 */
public final class LogReader {
  /** Most entries of a chunk. */
  public static final int CHUNK = 64;

  private static final int MOST = 32;

  /** Bytes of one read: a chunk as it comes from Redis, and as frames. */
  private static final long READ_BYTES = 512 << 10;

  /**
   * A lone tenant may use all turns. A reader waits for as long as it is there: a dropped read
   * would be asked for again, and stand behind all others.
   */
  private static final FairTurns.Bounds BOUNDS =
      new FairTurns.Bounds(MOST, MOST, Integer.MAX_VALUE, Long.MAX_VALUE, READ_BYTES);

  private final ChannelStore store;
  private final NodeId node;
  private final ChannelsMetrics metrics;
  private final FairTurns turns;
  private final Map<Key, Read> asked = new HashMap<>();

  public LogReader(
      ChannelStore store,
      NodeId node,
      ChannelsMetrics metrics,
      Budget.Share share,
      MeterRegistry registry) {
    this.store = store;
    this.node = node;
    this.metrics = metrics;
    this.turns = new FairTurns("reads", BOUNDS, share, registry);
  }

  private record Key(Channel channel, @Nullable Position after) {}

  /** A read that waits or is under way, with its askers. */
  private static final class Read {
    private final Promise<LogSegment> promise = Promise.promise();
    private final List<BooleanSupplier> askers = new ArrayList<>(1);

    boolean isUnwanted() {
      return askers.stream().allMatch(BooleanSupplier::getAsBoolean);
    }
  }

  /**
   * Reads a segment.
   *
   * @param after the cursor; none: from the earliest entry
   * @param gone returns true once the asker has stopped waiting
   * @return the entries after the cursor; fails as {@link ChannelStore#read}, and with TIMEOUT if
   *     all askers were gone
   */
  public Future<LogSegment> read(Channel channel, @Nullable Position after, BooleanSupplier gone) {
    Key key = new Key(channel, after);
    Read shared = asked.get(key);
    if (shared != null) {
      shared.askers.add(gone);
      return shared.promise.future();
    }
    Read read = new Read();
    read.askers.add(gone);
    asked.put(key, read);
    turns
        .run(channel.tenant(), read::isUnwanted, () -> begin(key))
        .onComplete(
            done -> {
              asked.remove(key);
              read.promise.handle(done);
            });
    return read.promise.future();
  }

  private Future<LogSegment> begin(Key key) {
    metrics.logReads.increment();
    return chunk(key).map(chunk -> segment(key, chunk));
  }

  /**
   * Reads a chunk. A log that is gone begins anew (with a fresh epoch) by asserting interest, and
   * is then read.
   */
  private Future<ChannelStore.@Nullable Chunk> chunk(Key key) {
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

  private static LogSegment segment(Key key, ChannelStore.@Nullable Chunk chunk) {
    if (chunk == null) {
      throw new HoldfastException(ErrorCode.UNAVAILABLE, "the log went while it was read");
    }
    Position after = key.after();
    return LogSegment.of(key.channel(), after == null ? chunk.base() : after, chunk);
  }
}
