package dev.holdfast.app.node;

import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evens out connections after a node has died or joined: a node with more than its share asks some
 * of its clients to move. It asks few at a time, so that what moves costs nobody anything: all
 * nodes together at most one of a hundred connections a second. It waits until the cluster has been
 * the same for ten seconds. State is touched on the context of {@link #start}.
 */
final class Rebalancing {
  private static final Logger LOG = LoggerFactory.getLogger(Rebalancing.class);
  private static final long LOOK_MS = 1_000;
  private static final long SETTLED_NS = Duration.ofSeconds(10).toNanos();

  /** Of all connections of the cluster, in a second. */
  private static final double PACE = 0.01;

  /** Within this share of even nobody is asked. */
  private static final double EVEN = 0.05;

  private final Vertx vertx;
  private final BooleanSupplier leaseHeld;
  private final Supplier<Set<NodeId>> live;
  private final Supplier<Map<NodeId, Integer>> others;
  private final IntSupplier own;
  private final IntConsumer move;
  private Set<NodeId> seen = Set.of();
  private long since = System.nanoTime();
  private double allowance;
  private boolean moving;
  private long timer;

  /**
   * @param live nodes with a lease, this one included
   * @param others how many connections the other nodes have, as lately heard from them
   * @param own how many this node has
   * @param move asks so many clients of this node to move
   */
  Rebalancing(
      Vertx vertx,
      BooleanSupplier leaseHeld,
      Supplier<Set<NodeId>> live,
      Supplier<Map<NodeId, Integer>> others,
      IntSupplier own,
      IntConsumer move) {
    this.vertx = vertx;
    this.leaseHeld = leaseHeld;
    this.live = live;
    this.others = others;
    this.own = own;
    this.move = move;
  }

  /** Counts what it moves, too. */
  static IntConsumer counting(MeterRegistry registry, IntConsumer move) {
    Counter moved =
        Counter.builder("holdfast.rebalanced")
            .description("clients asked to move to another node")
            .register(registry);
    return count -> {
      moved.increment(count);
      move.accept(count);
    };
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MS, id -> look(System.nanoTime()));
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  /** Once a second. */
  void look(long now) {
    Set<NodeId> nodes = live.get();
    Map<NodeId, Integer> counts = others.get();
    if (!nodes.equals(seen) || counts.size() != nodes.size() - 1 || !leaseHeld.getAsBoolean()) {
      seen = nodes;
      since = now;
    }
    boolean settled = now - since >= SETTLED_NS;
    allowance = settled ? Math.min(allowance, 1) + pace(own.getAsInt(), counts) : 0;
    int count = (int) allowance;
    allowance -= count;
    if (count > 0) {
      move.accept(count);
    }
    note(allowance > 0 || count > 0);
  }

  /**
   * @return how many clients a second this node is to ask: its part, by surplus, of what all nodes
   *     may ask; 0 where it has not more than its share
   */
  static double pace(int own, Map<NodeId, Integer> others) {
    int all = own + others.values().stream().mapToInt(Integer::intValue).sum();
    double even = (double) all / (others.size() + 1);
    double surplus = surplus(own, even);
    if (surplus == 0) {
      return 0;
    }
    double allSurplus = surplus + others.values().stream().mapToDouble(n -> surplus(n, even)).sum();
    return Math.min(surplus, PACE * all * surplus / allSurplus);
  }

  /** One connection above even is none that another should have. */
  private static double surplus(int count, double even) {
    return count > Math.max(even * (1 + EVEN), even + 1) ? count - even : 0;
  }

  private void note(boolean now) {
    if (now != moving) {
      moving = now;
      LOG.info(
          now
              ? "This node has more than its share of connections: it asks some clients to move"
              : "This node has its share of connections again");
    }
  }
}
