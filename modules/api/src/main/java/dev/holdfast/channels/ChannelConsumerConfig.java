package dev.holdfast.channels;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link ChannelConsumer}.
 *
 * @param begin the place at which a new consumer begins; default {@link Begin#EARLIEST}
 * @param lease how long the active reader may be silent before another takes over, 1 s to 10 min;
 *     default 6 s
 * @param batch most publications fetched at a time, 1 to 256; default 64
 * @param longPoll how long a node holds a fetch that finds nothing, 100 ms to 30 s; default 3 s. A
 *     node that dies meanwhile delays the next entry by no more than this and requestTimeout
 * @param requestTimeout of each request, default 2 s
 * @param handlerTimeout after which a publication that the handler has not finished is handed to it
 *     again, default 5 min
 */
public record ChannelConsumerConfig(
    Begin begin,
    Duration lease,
    int batch,
    Duration longPoll,
    Duration requestTimeout,
    Duration handlerTimeout) {
  /** The place at which a new consumer begins. */
  public enum Begin {
    /** Begins with the oldest entry that the log still has. */
    EARLIEST,
    /** Begins with the first entry published after the first claim. */
    LATEST
  }

  public static final ChannelConsumerConfig DEFAULT =
      new ChannelConsumerConfig(null, null, 0, null, null, null);

  /** Takes the default of whatever is null or 0. */
  public ChannelConsumerConfig(
      @Nullable Begin begin,
      @Nullable Duration lease,
      int batch,
      @Nullable Duration longPoll,
      @Nullable Duration requestTimeout,
      @Nullable Duration handlerTimeout) {
    this.begin = begin == null ? Begin.EARLIEST : begin;
    this.lease = lease == null ? Duration.ofSeconds(6) : lease;
    this.batch = batch == 0 ? 64 : batch;
    this.longPoll = longPoll == null ? Duration.ofSeconds(3) : longPoll;
    this.requestTimeout = requestTimeout == null ? Duration.ofSeconds(2) : requestTimeout;
    this.handlerTimeout = handlerTimeout == null ? Duration.ofMinutes(5) : handlerTimeout;
    check();
  }

  private void check() {
    long ms = lease.toMillis();
    check(ms >= ConsumerMessage.MIN_LEASE && ms <= ConsumerMessage.MAX_LEASE, "lease: 1s to 10m");
    check(batch >= 1 && batch <= ConsumerMessage.MAX_FETCH, "batch: 1 to 256");
    ms = longPoll.toMillis();
    check(ms >= 100 && ms <= ConsumerMessage.MAX_WAIT, "longPoll: 100ms to 30s");
    check(requestTimeout.toMillis() >= 1, "requestTimeout: positive");
    check(handlerTimeout.toMillis() >= 1, "handlerTimeout: positive");
  }

  public ChannelConsumerConfig withBegin(Begin other) {
    return new ChannelConsumerConfig(other, lease, batch, longPoll, requestTimeout, handlerTimeout);
  }

  public ChannelConsumerConfig withLease(Duration other) {
    return new ChannelConsumerConfig(begin, other, batch, longPoll, requestTimeout, handlerTimeout);
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("consumer." + problem);
    }
  }
}
