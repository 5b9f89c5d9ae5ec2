package dev.holdfast.app.node;

import dev.holdfast.connections.NodesVerticle;
import dev.holdfast.core.Bus;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.NodeInbox;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that clients are better off on another node: this one has no lease, and for a lease's
 * time another has told over the bus that it holds its own, or there were others and none of them
 * is on the bus any more. Others have this node's sessions then. Where Redis is away for everybody,
 * or this is the only node, there is nothing better, and clients stay.
 *
 * <p>Asks only while it has no lease, so it costs nothing in good weather. Its state is touched on
 * the context of {@link #start}, but for what it heard.
 */
final class Isolation {
  private static final Logger LOG = LoggerFactory.getLogger(Isolation.class);
  private static final long LOOK_MS = 1_000;
  private static final int ASKED_AT_ONCE = 8;

  /** Three questions may stay without an answer. */
  private static final long HEARSAY_NS = Duration.ofMillis(3 * LOOK_MS + LOOK_MS / 2).toNanos();

  private final Bus bus;
  private final NodesVerticle nodes;
  private final Duration lease;
  private final Runnable sendAway;
  private volatile long heardAt;
  private volatile boolean heard;
  private NodeId self;
  private long timer;
  private long since;
  private boolean sent;

  /**
   * @param sendAway called once in each such time, on the context of {@link #start}
   */
  Isolation(Bus bus, NodesVerticle nodes, Duration lease, Runnable sendAway) {
    this.bus = bus;
    this.nodes = nodes;
    this.lease = lease;
    this.sendAway = sendAway;
  }

  /** Answers others; before the inbox is opened. */
  void listen(NodeInbox inbox) {
    self = inbox.node();
    inbox.on(
        LeaseQuestion.class, asked -> bus.hint(asked.from(), new LeaseAnswer(nodes.leaseHeld())));
    inbox.on(LeaseAnswer.class, this::heard);
  }

  void start() {
    timer = bus.vertx().setPeriodic(LOOK_MS, id -> look());
  }

  void stop() {
    bus.vertx().cancelTimer(timer);
  }

  private void heard(LeaseAnswer answer) {
    if (answer.held()) {
      heardAt = System.nanoTime();
      heard = true;
    }
  }

  private void look() {
    if (nodes.leaseHeld()) {
      since = 0;
      sent = false;
      return;
    }
    ask();
    if (!othersHoldTheirs() && !alone()) {
      since = 0;
    } else if (since == 0) {
      since = System.nanoTime();
    } else if (!sent && System.nanoTime() - since > lease.toNanos()) {
      sent = true;
      LOG.warn(
          "This node has no lease, and {}: its clients are sent to others",
          othersHoldTheirs() ? "others have theirs" : "sees no other node");
      sendAway.run();
    }
  }

  private void ask() {
    List<NodeId> others = new ArrayList<>(nodes.live());
    others.remove(self);
    Collections.shuffle(others);
    others.stream()
        .limit(ASKED_AT_ONCE)
        .forEach(other -> bus.hint(other.address(), new LeaseQuestion(self.address())));
  }

  private boolean othersHoldTheirs() {
    return heard && System.nanoTime() - heardAt < HEARSAY_NS;
  }

  /** Of the others that there were when the lease was last renewed, none is on the bus. */
  private boolean alone() {
    ClusterManager members = ((VertxInternal) bus.vertx()).clusterManager();
    return nodes.live().size() > 1 && members != null && members.getNodes().size() <= 1;
  }
}
