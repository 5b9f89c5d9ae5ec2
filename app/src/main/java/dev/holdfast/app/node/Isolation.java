package dev.holdfast.app.node;

import dev.holdfast.connections.NodesVerticle;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that this node is cut off: there were others, none of them is on the bus any more, and
 * Redis has not renewed the lease for a lease's time beyond its end. Others have its sessions then,
 * and clients that still reach it are better off with them. Where Redis alone is away, or this is
 * the only node, there is nothing better, and clients stay.
 *
 * <p>Its state is touched on the context of {@link #start}.
 */
final class Isolation {
  private static final Logger LOG = LoggerFactory.getLogger(Isolation.class);
  private static final long LOOK_MS = 1_000;

  private final Vertx vertx;
  private final NodesVerticle nodes;
  private final Duration lease;
  private final Runnable cutOff;
  private long timer;
  private long since;

  /**
   * @param cutOff called once at most, on the context of {@link #start}
   */
  Isolation(Vertx vertx, NodesVerticle nodes, Duration lease, Runnable cutOff) {
    this.vertx = vertx;
    this.nodes = nodes;
    this.lease = lease;
    this.cutOff = cutOff;
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MS, id -> look());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (nodes.leaseHeld() || !alone()) {
      since = 0;
    } else if (since == 0) {
      since = System.nanoTime();
    } else if (System.nanoTime() - since > lease.toNanos()) {
      stop();
      LOG.warn("This node sees neither Redis nor another node: its clients are sent to others");
      cutOff.run();
    }
  }

  /** Of the others that there were when the lease was last renewed, none is on the bus. */
  private boolean alone() {
    ClusterManager bus = ((VertxInternal) vertx).clusterManager();
    return nodes.live().size() > 1 && bus != null && bus.getNodes().size() <= 1;
  }
}
