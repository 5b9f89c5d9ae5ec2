package dev.holdfast.app.node;

import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.nodes.NodesVerticle;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the bus for the other nodes that have a lease: do they answer, and do they hold their
 * lease? They are asked every two seconds, every second while this node has no lease. Any thread.
 */
final class Neighbours {
  private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
  private static final long LOOK_MS = 1_000;

  /** Three questions may stay without an answer. */
  private static final long HEARSAY_NS = Duration.ofMillis(3 * LOOK_MS + LOOK_MS / 2).toNanos();

  /** A node that just came, or whose machine is busy, is no split bus. */
  private static final long GRACE_NS = Duration.ofSeconds(10).toNanos();

  private final Bus bus;
  private final NodesVerticle nodes;
  private final NodeInbox inbox;
  private final IntSupplier connections;
  private final Map<NodeId, Long> heardAt = new ConcurrentHashMap<>();
  private final Map<NodeId, Integer> counts = new ConcurrentHashMap<>();
  private volatile long heldAt = System.nanoTime() - HEARSAY_NS;
  private long timer;
  private long looks;
  private boolean reported;

  /**
   * @param connections how many this node has
   */
  Neighbours(Bus bus, NodesVerticle nodes, NodeInbox inbox, IntSupplier connections) {
    this.bus = bus;
    this.nodes = nodes;
    this.inbox = inbox;
    this.connections = connections;
    inbox.on(LeaseQuestion.class, this::asked);
    inbox.on(LeaseAnswer.class, this::heard);
  }

  void measure(MeterRegistry registry) {
    Gauge.builder("holdfast.nodes.silent", this, Neighbours::silent)
        .description("nodes with a lease that do not answer on the bus")
        .register(registry);
  }

  void start() {
    timer = bus.vertx().setPeriodic(LOOK_MS, id -> look());
  }

  void stop() {
    bus.vertx().cancelTimer(timer);
  }

  /** Returns whether another has lately said that it holds its lease. */
  boolean holdTheirs() {
    return System.nanoTime() - heldAt < HEARSAY_NS;
  }

  /** Returns the number of connections of each other node that has answered lately. */
  Map<NodeId, Integer> connections() {
    long now = System.nanoTime();
    Map<NodeId, Integer> fresh = new HashMap<>(counts);
    fresh
        .keySet()
        .removeIf(node -> now - heardAt.getOrDefault(node, now - HEARSAY_NS) >= HEARSAY_NS);
    return fresh;
  }

  /** Returns whether there are others, and none of them has answered lately. */
  boolean allSilent() {
    long now = System.nanoTime();
    return !heardAt.isEmpty() && heardAt.values().stream().allMatch(at -> now - at > HEARSAY_NS);
  }

  /** Counts the nodes with a lease that do not answer. */
  int silent() {
    long now = System.nanoTime();
    return (int) heardAt.values().stream().filter(at -> now - at > GRACE_NS).count();
  }

  /** Returns what is wrong, if something is. */
  Optional<String> problem() {
    int silent = silent();
    return silent == 0
        ? Optional.empty()
        : Optional.of(
            "%d of %d other nodes with a lease do not answer on the bus"
                .formatted(silent, heardAt.size()));
  }

  private void look() {
    NodeId self = inbox.node();
    long now = System.nanoTime();
    heardAt.keySet().retainAll(nodes.live());
    counts.keySet().retainAll(nodes.live());
    nodes.live().stream()
        .filter(other -> !other.equals(self))
        .forEach(other -> heardAt.putIfAbsent(other, now));
    if (looks++ % 2 == 0 || !nodes.leaseHeld()) {
      var question = new LeaseQuestion(self.address());
      heardAt.keySet().forEach(other -> bus.hint(other.address(), question));
    }
    report();
  }

  private void asked(LeaseQuestion question) {
    bus.hint(
        question.from(),
        new LeaseAnswer(inbox.node().toString(), nodes.leaseHeld(), connections.getAsInt()));
  }

  private void heard(LeaseAnswer answer) {
    long now = System.nanoTime();
    NodeId from = NodeId.parse(answer.from());
    if (heardAt.computeIfPresent(from, (node, before) -> now) != null) {
      counts.put(from, answer.connections());
    }
    if (answer.held()) {
      heldAt = now;
    }
  }

  private void report() {
    Optional<String> problem = problem();
    if (problem.isPresent() != reported) {
      reported = problem.isPresent();
      LOG.warn("The bus: {}", problem.orElse("all nodes with a lease answer again"));
    }
  }
}
