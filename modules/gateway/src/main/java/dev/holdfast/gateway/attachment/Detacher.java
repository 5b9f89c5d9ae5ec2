package dev.holdfast.gateway.attachment;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.SessionMessage.Detach;
import dev.holdfast.sessions.SessionRef;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detaches sessions whose connections ended, and tries again for some minutes while the store is
 * unavailable. After that, the comparison of records with the node's connections does it; if the
 * node dies before, the other nodes detach its sessions. Confined to the event loop.
 */
public final class Detacher {
  private static final Logger LOG = LoggerFactory.getLogger(Detacher.class);
  private static final int MAX_TRIES = 60;
  private static final long FIRST_WAIT_MS = 200;
  private static final long LONGEST_WAIT_MS = 10_000;

  private final ContextInternal context;
  private final ServiceClient sessions;
  private final NodeId node;
  private int running;
  private @Nullable Promise<Void> idle;

  public Detacher(ContextInternal context, ServiceClient sessions, NodeId node) {
    this.context = context;
    this.sessions = sessions;
    this.node = node;
  }

  /**
   * @param cursors those that are not stored yet
   */
  void detach(SessionRef session, Map<ChannelName, Position> cursors) {
    running++;
    attempt(new Detach(session, node, cursors), 1);
  }

  /** Completes when nothing is left to detach. */
  Future<Void> idle() {
    if (running == 0) {
      return Future.succeededFuture();
    }
    Promise<Void> awaited = idle == null ? context.promise() : idle;
    idle = awaited;
    return awaited.future();
  }

  private void attempt(Detach message, int tries) {
    sessions
        .ask(message)
        .onSuccess(done -> finished())
        .onFailure(failure -> failed(message, tries, failure));
  }

  private void failed(Detach message, int tries, Throwable failure) {
    if (HoldfastException.from(failure).code().retryable && tries < MAX_TRIES) {
      long wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS << Math.min(tries, 10));
      long jittered = ThreadLocalRandom.current().nextLong(wait / 2, wait);
      context.owner().setTimer(jittered, timer -> attempt(message, tries + 1));
    } else {
      LOG.warn("session {} is to be detached later: {}", message.session().session(), "" + failure);
      finished();
    }
  }

  private void finished() {
    running--;
    if (running == 0 && idle != null) {
      idle.complete();
      idle = null;
    }
  }
}
