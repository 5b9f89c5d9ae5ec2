package dev.holdfast.channels;

import dev.holdfast.core.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that hints of other nodes were lost: a batch number that is missing, a beat that tells a
 * number not seen, a peer that lives but is silent, or one that died. Each starts a comparison of
 * positions. A peer that stays silent, this node itself among them, may have lost sight of this
 * node's address, which is then registered anew. Confined to the hub's context.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  /** Silences before the address is registered anew, and the least time between two repairs. */
  private static final int REPAIR_AFTER = 4;

  private static final long REPAIR_EVERY_NS = Duration.ofSeconds(30).toNanos();

  private final long silenceNs;
  private final ChannelsMetrics metrics;
  private final Runnable compare;
  private final Supplier<?> repair;
  private final Map<NodeId, Long> numbers = new HashMap<>();
  private final Map<NodeId, Long> heard = new HashMap<>();
  private long repairedAt = System.nanoTime() - REPAIR_EVERY_NS;

  Peers(Duration silence, ChannelsMetrics metrics, Runnable compare, Supplier<?> repair) {
    this.silenceNs = silence.toNanos();
    this.metrics = metrics;
    this.compare = compare;
    this.repair = repair;
  }

  void batch(Hint.Batch batch) {
    seen(batch.from(), batch.number(), batch.number() - 1);
  }

  void beat(Hint.Beat beat) {
    seen(beat.from(), beat.number(), beat.number());
  }

  /**
   * @param before the last number that must have been seen before this message
   */
  private void seen(NodeId from, long number, long before) {
    heard.put(from, System.nanoTime());
    long known = numbers.getOrDefault(from, 0L);
    if (before > known) {
      metrics.hintsLost.increment(before - known);
      compare.run();
    }
    if (number > known) {
      numbers.put(from, number);
    }
  }

  void nodes(Set<NodeId> live) {
    boolean died = heard.keySet().retainAll(live);
    live.forEach(node -> heard.putIfAbsent(node, System.nanoTime()));
    if (died) {
      compare.run();
    }
  }

  /** Once a second. */
  void tick() {
    long now = System.nanoTime();
    long longest = 0;
    for (long at : heard.values()) {
      longest = Math.max(longest, now - at);
    }
    if (longest > silenceNs) {
      metrics.silences.increment();
      compare.run();
    }
    if (longest > REPAIR_AFTER * silenceNs && now - repairedAt > REPAIR_EVERY_NS) {
      repairedAt = now;
      LOG.warn("a living peer is silent; registering this node's bus address anew");
      repair.get();
    }
  }
}
