package dev.holdfast.app.node;

import dev.holdfast.core.NodeId;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evens out connections after a node has died or joined: a node with more than its share asks some
 * of its clients to move. It asks few at a time, so that what moves costs nobody anything: all
 * nodes together at most one of a hundred connections a second; and it takes none that another node
 * asked, as long as it has more than its share itself. It waits until the cluster has been the same
 * for ten seconds. State is touched on the context of {@link #start}.
 */
final class Rebalancing {
  private static final Logger LOG = LoggerFactory.getLogger(Rebalancing.class);
  private static final long LOOK_MS = 1_000;
  private static final long SETTLED_NS = Duration.ofSeconds(10).toNanos();

  /** Part of the cluster's connections that is moved per second. */
  private static final double PACE = 0.01;

  /** Within this share of even nobody is asked. */
  private static final double EVEN = 0.05;

  private final Vertx vertx;
  private final BooleanSupplier leaseHeld;
  private final Supplier<Set<NodeId>> live;
  private final Supplier<Map<NodeId, Integer>> others;
  private final Clients clients;
  private Set<NodeId> seen = Set.of();
  private long since = System.nanoTime();
  private double allowance;
  private boolean moving;
  private long timer;

  /** Those of this node. */
  interface Clients {
    int count();

    /** Asks so many to move. */
    void move(int count);

    /**
     * @param now whether others, that were asked to move, are to go to another node than this
     */
    void crowded(boolean now);
  }

  /**
   * @param live nodes with a lease, this one included
   * @param others how many connections the other nodes have, as lately heard from them
   */
  Rebalancing(
      Vertx vertx,
      BooleanSupplier leaseHeld,
      Supplier<Set<NodeId>> live,
      Supplier<Map<NodeId, Integer>> others,
      Clients clients) {
    this.vertx = vertx;
    this.leaseHeld = leaseHeld;
    this.live = live;
    this.others = others;
    this.clients = clients;
  }

  /** Counts what it moves, too. */
  static Clients of(ConnectionDirectory directory, MeterRegistry registry) {
    Counter moved =
        Counter.builder("holdfast.rebalanced")
            .description("clients asked to move to another node")
            .register(registry);
    return new Clients() {
      @Override
      public int count() {
        return directory.size();
      }

      @Override
      public void move(int count) {
        moved.increment(count);
        directory.move(count);
      }

      @Override
      public void crowded(boolean now) {
        directory.crowded(now);
      }
    };
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MS, id -> look(System.nanoTime()));
  }

  void stop() {
    vertx.cancelTimer(timer);
    clients.crowded(false);
  }

  /** Looks at the spread; called once a second. */
  void look(long now) {
    Set<NodeId> nodes = live.get();
    Map<NodeId, Integer> counts = others.get();
    if (!nodes.equals(seen) || counts.size() != nodes.size() - 1 || !leaseHeld.getAsBoolean()) {
      seen = nodes;
      since = now;
    }
    boolean settled = now - since >= SETTLED_NS;
    int own = clients.count();
    clients.crowded(settled && own > even(own, counts));
    allowance = settled ? Math.min(allowance, 1) + pace(own, counts) : 0;
    int count = (int) allowance;
    allowance -= count;
    if (count > 0) {
      clients.move(count);
    }
    note(allowance > 0 || count > 0);
  }

  /**
   * @return how many clients a second this node is to ask: its part, by surplus, of what all nodes
   *     may ask; 0 if it has not more than its share
   */
  static double pace(int own, Map<NodeId, Integer> others) {
    double even = even(own, others);
    double surplus = surplus(own, even);
    if (surplus == 0) {
      return 0;
    }
    double allSurplus = surplus + others.values().stream().mapToDouble(n -> surplus(n, even)).sum();
    return Math.min(surplus, PACE * even * (others.size() + 1) * surplus / allSurplus);
  }

  private static double even(int own, Map<NodeId, Integer> others) {
    int all = own + others.values().stream().mapToInt(Integer::intValue).sum();
    return (double) all / (others.size() + 1);
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
