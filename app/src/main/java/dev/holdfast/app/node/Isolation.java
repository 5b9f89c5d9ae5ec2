package dev.holdfast.app.node;

import dev.holdfast.nodes.NodesVerticle;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that clients are better off on another node: this one has no lease, and for a lease's
 * time another has said over the bus that it holds its own, or there were others and none of them
 * answers on the bus any more. Others have this node's sessions then. Where Redis is away for
 * everybody, or this is the only node, there is nothing better, and clients stay.
 *
 * <p>Its state is touched on the context of {@link #start}.
 */
final class Isolation {
  private static final Logger LOG = LoggerFactory.getLogger(Isolation.class);
  private static final long LOOK_MS = 1_000;

  private final Vertx vertx;
  private final NodesVerticle nodes;
  private final Neighbours others;
  private final Duration lease;
  private final Runnable sendAway;
  private long timer;
  private long since;
  private boolean sent;

  /**
   * @param sendAway called once in each such time, on the context of {@link #start}
   */
  Isolation(
      Vertx vertx, NodesVerticle nodes, Neighbours others, Duration lease, Runnable sendAway) {
    this.vertx = vertx;
    this.nodes = nodes;
    this.others = others;
    this.lease = lease;
    this.sendAway = sendAway;
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MS, id -> look());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (nodes.leaseHeld()) {
      since = 0;
      sent = false;
    } else if (!others.holdTheirs() && !others.allSilent()) {
      since = 0;
    } else if (since == 0) {
      since = System.nanoTime();
    } else if (!sent && System.nanoTime() - since > lease.toNanos()) {
      sent = true;
      LOG.warn(
          "This node has no lease, and {}: its clients are sent to others",
          others.holdTheirs() ? "others have theirs" : "sees no other node");
      sendAway.run();
    }
  }
}
