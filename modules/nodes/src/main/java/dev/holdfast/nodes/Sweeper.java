package dev.holdfast.nodes;

import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the sessions looked at that may have to end, each shard by one live node. Confined to the
 * verticle's context.
 */
final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final ServiceClient sessions;
  private boolean underWay;

  Sweeper(ServiceClient sessions) {
    this.sessions = sessions;
  }

  /**
   * @param dead nodes that can never come back
   */
  void sweep(Duties duties, Set<NodeId> dead) {
    List<Integer> shards = duties.share(Keys.SHARDS);
    if (!underWay && !shards.isEmpty()) {
      underWay = true;
      all(new SessionMessage.Sweep(shards, dead))
          .onFailure(failure -> LOG.warn("sweep: {}", failure.getMessage()))
          .onComplete(done -> underWay = false);
    }
  }

  private Future<?> all(SessionMessage.Sweep sweep) {
    return sessions
        .ask(sweep)
        .compose(done -> done.more() && done.ended() > 0 ? all(sweep) : Future.succeededFuture());
  }
}
