package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.NodeId;
import io.vertx.core.Future;
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
 * number, a peer that lives but is silent, or a peer that died. Each has the peer's journal read
 * from the time up to which its hints are known to have come, and the channels compared that are in
 * it. If a peer has no journal, or one that is too short, each starts a comparison of all
 * positions. While the same peer stays silent, looks become rarer, and comparisons of all still
 * rarer, as the renewal of interest compares, too. A peer that stays silent, this node itself
 * included, may have lost this node's address, which is then registered anew. Confined to the hub's
 * context.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  /** Silences before the address is registered anew. The least time between two repairs follows. */
  private static final int REPAIR_AFTER = 4;

  /** A peer without a beat for this long after it was listed may be of an older build, too. */
  private static final long KNOWN_NS = Duration.ofSeconds(30).toNanos();

  /**
   * The time for which what an older build wrote may still be there, and cut short the interest of
   * others.
   */
  private static final long OLDER_NS = Duration.ofMinutes(10).toNanos();

  /**
   * When the journal of a dead node is read again: what it sent to Redis over a connection that
   * broke may come that late.
   */
  private static final long[] LATER_NS = {
    Duration.ofSeconds(15).toNanos(), Duration.ofSeconds(120).toNanos()
  };

  /** No time: nothing is to be read. */
  private static final long NOTHING = Long.MAX_VALUE;

  private static final long REPAIR_EVERY_NS = Duration.ofSeconds(30).toNanos();

  /** Most time between two looks at a peer that stays silent. */
  private static final long RAREST_LOOK_NS = Duration.ofSeconds(5).toNanos();

  /** The time after which a look that failed is repeated: at first, and at most. */
  private static final long SOON_NS = Duration.ofMillis(500).toNanos();

  private static final long LATEST_NS = Duration.ofSeconds(5).toNanos();

  /** Most time between two comparisons of all positions while the same peer stays silent. */
  private static final long RAREST_NS = Duration.ofMinutes(2).toNanos();

  private final LongSupplier clock;
  private final long silenceNs;
  private final ChannelsMetrics metrics;
  private final Missed missed;
  private final long start;
  private final Supplier<?> repair;
  private final Map<NodeId, Heard> peers = new HashMap<>();
  private Set<NodeId> live = Set.of();
  private long repairedAt;
  private long olderUntil;

  /**
   * @param clock {@link System#nanoTime}
   * @param start of this node's life, as Redis time in ms: nothing before it is missed
   */
  Peers(
      LongSupplier clock,
      long start,
      Duration silence,
      ChannelsMetrics metrics,
      Missed missed,
      Supplier<?> repair) {
    this.clock = clock;
    this.repairedAt = clock.getAsLong() - REPAIR_EVERY_NS;
    this.olderUntil = clock.getAsLong();
    this.silenceNs = silence.toNanos();
    this.metrics = metrics;
    this.missed = missed;
    this.start = start;
    this.repair = repair;
  }

  /** Finds the publications whose hints did not come. */
  interface Missed {
    /**
     * Compares what a peer published since a time, as far as its journal goes back.
     *
     * @param since Redis time in ms
     */
    Future<Found> look(NodeId peer, long since);

    /**
     * The outcome of a look.
     *
     * @param whole false: there may have been more
     * @param upTo the time up to which nothing else can be missing now; below what was asked for if
     *     Redis' clock was set back
     */
    record Found(boolean whole, long upTo) {}

    /** Compares all channels. */
    void compareAll();
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

    /** Redis time up to which all of its hints came, or were looked for. */
    private long until;

    /** The time that its last beat said. A lower one follows if Redis' clock was set back. */
    private long said;

    /** Redis time from which its journal is to be read. */
    private long owed = NOTHING;

    private boolean looking;

    /** When the last look failed, and the time until it is repeated; none if it did not. */
    private long failedAt;

    private long pause;

    /** When it was found dead, and how often its journal is still to be read after that. */
    private long diedAt;

    private int later;

    private Heard(long start) {
      until = start;
    }

    /** Takes over up to when a look found all; less than asked for: Redis' clock was set back. */
    private void looked(long since, long saidBefore, long upTo) {
      if (upTo < since) {
        until = upTo;
      } else if (said >= saidBefore) {
        until = Math.max(until, upTo);
      }
    }

    /** Looks that fail are repeated, ever more rarely. */
    private void failed(long since, long now) {
      owed = Math.min(owed, since);
      failedAt = now;
      pause = pause == 0 ? SOON_NS : Math.min(LATEST_NS, 2 * pause);
    }

    private boolean mayLook(long now) {
      return !looking && owed != NOTHING && (pause == 0 || now - failedAt >= pause);
    }

    boolean isDone() {
      return owed == NOTHING && !looking && later == 0;
    }
  }

  void batch(Hint.Batch batch) {
    seen(batch.from(), batch.number(), batch.number() - 1);
  }

  void beat(Hint.Beat beat) {
    Heard peer = heard(beat.from());
    peer.current = beat.at() > 0;
    if (!peer.current) {
      olderUntil = clock.getAsLong() + OLDER_NS;
    }
    seen(beat.from(), beat.number(), beat.number());
    boolean setBack = beat.at() < peer.said;
    peer.until = setBack ? Math.min(peer.until, beat.at()) : Math.max(peer.until, beat.at());
    peer.said = beat.at();
  }

  /**
   * Notes a message of a peer.
   *
   * @param before the last number that must have been seen before this message
   */
  private void seen(NodeId from, long number, long before) {
    Heard peer = heard(from);
    peer.at = clock.getAsLong();
    peer.patience = silenceNs;
    if (before > peer.number) {
      metrics.hintsLost.increment(before - peer.number);
      lost(from, peer);
    }
    peer.number = Math.max(number, peer.number);
  }

  private Heard heard(NodeId node) {
    return peers.computeIfAbsent(node, first -> new Heard(start));
  }

  private void lost(NodeId node, Heard peer) {
    if (!peer.current) {
      missed.compareAll();
      return;
    }
    peer.owed = Math.min(peer.owed, peer.until);
    look(node, peer);
  }

  /** One look at a time; what is reported meanwhile, or fails, is for another. */
  private void look(NodeId node, Heard peer) {
    if (!peer.mayLook(clock.getAsLong())) {
      return;
    }
    long since = peer.owed;
    long said = peer.said;
    peer.owed = NOTHING;
    peer.looking = true;
    missed
        .look(node, since)
        .onComplete(
            looked -> {
              peer.looking = false;
              if (looked.succeeded()) {
                peer.pause = 0;
                peer.looked(since, said, looked.result().upTo());
                found(peer, looked.result());
                look(node, peer);
              } else {
                peer.failed(since, clock.getAsLong());
              }
            });
  }

  private void found(Heard peer, Missed.Found found) {
    if (!found.whole()) {
      peer.patience = Math.max(peer.patience, rarely(clock.getAsLong() - peer.at));
      missed.compareAll();
    }
  }

  /** Returns the silence after which all positions are compared again. */
  private static long rarely(long silent) {
    return silent + Math.min(RAREST_NS, silent);
  }

  void nodes(Set<NodeId> now) {
    long nanos = clock.getAsLong();
    for (NodeId node : now) {
      Heard peer = heard(node);
      if (!live.contains(node)) {
        peer.at = nanos;
        peer.listedAt = nanos;
      }
    }
    Set<NodeId> before = live;
    live = now;
    before.stream().filter(node -> !now.contains(node)).forEach(node -> died(node, nanos));
    forget(nanos);
  }

  private void died(NodeId node, long now) {
    Heard peer = heard(node);
    peer.diedAt = now;
    peer.later = peer.current ? LATER_NS.length : 0;
    lost(node, peer);
  }

  /** Drops the state of past lives. A peer that comes back after that costs one comparison. */
  private void forget(long now) {
    Lives lives = new Lives(live);
    peers
        .entrySet()
        .removeIf(
            one ->
                !live.contains(one.getKey())
                    && one.getValue().isDone()
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
    boolean unknown = false;
    for (NodeId node : live) {
      Heard peer = heard(node);
      long silent = now - peer.at;
      longest = Math.max(longest, silent);
      if (!peer.current && now - peer.listedAt > KNOWN_NS) {
        olderUntil = now + OLDER_NS;
      }
      peer.patience = Math.max(silenceNs, peer.patience);
      if (silent > peer.patience) {
        due = true;
        if (peer.current) {
          peer.patience = silent + Math.min(RAREST_LOOK_NS, silent / 10);
          lost(node, peer);
        } else {
          peer.patience = rarely(silent);
          unknown = true;
        }
      }
    }
    if (due) {
      metrics.silences.increment();
    }
    if (unknown) {
      missed.compareAll();
    }
    peers.forEach((node, peer) -> again(node, peer, now));
    if (longest > REPAIR_AFTER * silenceNs && now - repairedAt > REPAIR_EVERY_NS) {
      repairedAt = now;
      LOG.warn("A node that lives is silent: this node registers its bus address again");
      repair.get();
    }
  }

  /** Makes up for a look that failed, and looks at what came late from a dead node. */
  private void again(NodeId node, Heard peer, long now) {
    if (live.contains(node)) {
      peer.later = 0;
    } else if (peer.later > 0 && now - peer.diedAt > LATER_NS[LATER_NS.length - peer.later]) {
      peer.later--;
      peer.owed = Math.min(peer.owed, peer.until);
    }
    look(node, peer);
  }
}
