package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that hints of other nodes were lost: by a missing batch number, a beat with an unseen
 * number, a peer that lives but is silent, or a peer that died. Each starts a comparison of
 * positions. While the same peer stays silent, comparisons become rarer, as the renewal of interest
 * compares, too. A peer that stays silent, this node itself included, may have lost this node's
 * address, which is then registered anew. Confined to the hub's context.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  /** Silences before the address is registered anew. The least time between two repairs follows. */
  private static final int REPAIR_AFTER = 4;

  /** The time within which a node of this build was heard, if its beats come at all. */
  private static final long KNOWN_NS = Duration.ofSeconds(30).toNanos();

  /**
   * The time for which what an older build wrote may still be there, and cut short the interest of
   * others.
   */
  private static final long OLDER_NS = Duration.ofMinutes(10).toNanos();

  private static final long REPAIR_EVERY_NS = Duration.ofSeconds(30).toNanos();
  private static final long RAREST_NS = Duration.ofMinutes(2).toNanos();

  private final LongSupplier clock;
  private final long silenceNs;
  private final ChannelsMetrics metrics;
  private final Runnable compare;
  private final Supplier<?> repair;
  private final Map<NodeId, Heard> peers = new HashMap<>();
  private Set<NodeId> live = Set.of();
  private long repairedAt;
  private long olderUntil;

  /**
   * @param clock {@link System#nanoTime}
   */
  Peers(
      LongSupplier clock,
      Duration silence,
      ChannelsMetrics metrics,
      Runnable compare,
      Supplier<?> repair) {
    this.clock = clock;
    this.repairedAt = clock.getAsLong() - REPAIR_EVERY_NS;
    this.olderUntil = clock.getAsLong();
    this.silenceNs = silence.toNanos();
    this.metrics = metrics;
    this.compare = compare;
    this.repair = repair;
  }

  /** The last signs of one life of a peer. */
  private static final class Heard {
    private long number;
    private long at;

    /** The silence after which positions are compared again. */
    private long patience;

    private long listedAt;

    /** Whether its beats are of this build. */
    private boolean current;
  }

  void batch(Hint.Batch batch) {
    seen(batch.from(), batch.number(), batch.number() - 1);
  }

  void beat(Hint.Beat beat) {
    seen(beat.from(), beat.number(), beat.number()).current = beat.at() > 0;
  }

  /**
   * Notes a message of a peer.
   *
   * @param before the last number that must have been seen before this message
   */
  private Heard seen(NodeId from, long number, long before) {
    Heard peer = peers.computeIfAbsent(from, first -> new Heard());
    peer.at = clock.getAsLong();
    peer.patience = silenceNs;
    if (before > peer.number) {
      metrics.hintsLost.increment(before - peer.number);
      compare.run();
    }
    peer.number = Math.max(number, peer.number);
    return peer;
  }

  void nodes(Set<NodeId> now) {
    boolean died = !now.containsAll(live);
    long nanos = clock.getAsLong();
    for (NodeId node : now) {
      Heard peer = peers.computeIfAbsent(node, first -> new Heard());
      if (!live.contains(node)) {
        peer.at = nanos;
        peer.listedAt = nanos;
      }
    }
    live = now;
    forget(nanos);
    if (died) {
      compare.run();
    }
  }

  /** Drops the state of past lives. A peer that comes back after that costs one comparison. */
  private void forget(long now) {
    Lives lives = new Lives(live);
    peers
        .entrySet()
        .removeIf(
            one ->
                !live.contains(one.getKey())
                    && (lives.over(one.getKey()) || now - one.getValue().at > Lives.LONG_NS));
  }

  /** Returns the number of lives whose state is kept. */
  int known() {
    return peers.size();
  }

  /**
   * Returns whether a node of an older build lives, or lived a while ago. It renews its interest
   * every few minutes, and makes that of all others last no longer than its own.
   */
  boolean areOlder() {
    return clock.getAsLong() - olderUntil < 0;
  }

  /** Checks all peers. Must be called once a second. */
  void tick() {
    long now = clock.getAsLong();
    long longest = 0;
    boolean due = false;
    for (NodeId node : live) {
      Heard peer = peers.computeIfAbsent(node, first -> new Heard());
      long silent = now - peer.at;
      longest = Math.max(longest, silent);
      if (!peer.current && now - peer.listedAt > KNOWN_NS) {
        olderUntil = now + OLDER_NS;
      }
      peer.patience = Math.max(silenceNs, peer.patience);
      if (silent > peer.patience) {
        peer.patience = silent + Math.min(RAREST_NS, silent);
        due = true;
      }
    }
    if (due) {
      metrics.silences.increment();
      compare.run();
    }
    if (longest > REPAIR_AFTER * silenceNs && now - repairedAt > REPAIR_EVERY_NS) {
      repairedAt = now;
      LOG.warn("A node that lives is silent: this node registers its bus address again");
      repair.get();
    }
  }
}
