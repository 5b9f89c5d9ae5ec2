package dev.holdfast.nodes;

import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detaches the sessions of nodes that died, and buries them. Each step can be broken off and
 * repeated, by another node too: the claim only saves work twice done. Confined to the verticle's
 * context.
 */
final class Reaper {
  private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
  private static final int CHUNK = 200;

  private final NodeId self;
  private final NodeStore store;
  private final ServiceClient sessions;
  private final BooleanSupplier mayReap;
  private final Counter reaped;
  private final Set<NodeId> underWay = new HashSet<>();
  private final Set<NodeId> lookedBackAt = new HashSet<>();

  /**
   * @param mayReap asked before each step
   */
  Reaper(
      NodeId self,
      NodeStore store,
      ServiceClient sessions,
      BooleanSupplier mayReap,
      Counter reaped) {
    this.self = self;
    this.store = store;
    this.sessions = sessions;
    this.mayReap = mayReap;
    this.reaped = reaped;
  }

  /** Nodes whose lease has run out. What fails is tried again when they are seen the next time. */
  void reap(Set<NodeId> expired) {
    expired.stream().filter(underWay::add).forEach(this::reap);
  }

  /**
   * A dead node may have written index entries late, while it was stopped. Keeps no reaping of it
   * from going on: one that comes at the same moments each time would be put off for good.
   */
  void lookBack(NodeId dead) {
    if (lookedBackAt.add(dead)) {
      chunks(dead, false)
          .onFailure(failure -> LOG.warn("late sessions of {}: {}", dead, failure.getMessage()))
          .onComplete(done -> lookedBackAt.remove(dead));
    }
  }

  /** The orderly end of this node: as if it had died, but without the wait. */
  Future<Void> reapSelf() {
    return claimed(self).compose(mine -> mine ? rest(self) : Future.succeededFuture()).mapEmpty();
  }

  private void reap(NodeId node) {
    step(node)
        .onSuccess(done -> LOG.debug("reaping {}: {}", node, done ? "buried" : "left to others"))
        .onFailure(failure -> LOG.warn("reaping {}: {}", node, failure.getMessage()))
        .onComplete(done -> underWay.remove(node));
  }

  /** Returns whether this node has buried it. */
  private Future<Boolean> step(NodeId node) {
    return mayReap.getAsBoolean()
        ? claimed(node).compose(mine -> mine ? rest(node) : Future.succeededFuture(false))
        : Future.succeededFuture(false);
  }

  private Future<Boolean> rest(NodeId node) {
    return chunks(node, true).compose(clean -> clean ? bury(node) : Future.succeededFuture(false));
  }

  private Future<Boolean> claimed(NodeId node) {
    return store.claim(node, self).map(claim -> claim == NodeStore.Claim.CLAIMED);
  }

  /** Chunk by chunk, the claim renewed before each but the first; whether nothing is left. */
  private Future<Boolean> chunks(NodeId node, boolean claim) {
    return sessions
        .ask(new SessionMessage.Reap(node, CHUNK))
        .compose(done -> next(node, claim, done));
  }

  private Future<Boolean> next(NodeId node, boolean claim, Answer.Reaped done) {
    if (done.detached() > 0) {
      LOG.info("node {} is dead: {} sessions detached", node, done.detached());
    }
    if (!done.more()) {
      return Future.succeededFuture(true);
    }
    if (!node.equals(self) && !mayReap.getAsBoolean()) {
      return Future.succeededFuture(false);
    }
    return claim
        ? claimed(node).compose(mine -> mine ? chunks(node, true) : Future.succeededFuture(false))
        : chunks(node, false);
  }

  private Future<Boolean> bury(NodeId node) {
    return store.bury(node, self).onSuccess(buried -> count(node, buried));
  }

  private void count(NodeId node, boolean buried) {
    if (buried && !node.equals(self)) {
      reaped.increment();
    }
  }
}
