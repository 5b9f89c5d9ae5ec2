package dev.holdfast.sessions.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionIndex.Due;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionStore;
import dev.holdfast.sessions.store.SessionStore.Marked;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Ends sessions: marks one as ended, publishes that, and only then deletes its keys. A due entry
 * stands from before the mark until after the deletion, so a sweeper repeats what a node that died
 * left undone. Confined to the verticle's context.
 */
final class Ending {
  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
  private static final int CHUNK = 100;
  private static final long AGAIN_MS = 5_000;
  private static final String EXPIRED = "expired";

  private final Parts parts;
  private final Bus bus;
  private final Attaching attaching;
  private final Set<SessionKey> finishing = new HashSet<>();

  Ending(Parts parts, Bus bus, Attaching attaching) {
    this.parts = parts;
    this.bus = bus;
    this.attaching = attaching;
  }

  /** Ends a session now. It is ended when this completes; what is left to do comes soon after. */
  Future<Void> close(SessionKey session, String reason) {
    long now = parts.clock().now();
    return parts
        .index()
        .setDue(session, now)
        .compose(written -> parts.store().markEnded(session, true, reason))
        .compose(marked -> closed(new Due(session, now), marked));
  }

  /** Looks at the sessions of a shard that are due, up to 100. */
  Future<Answer.Swept> sweep(int shard, long now, Set<NodeId> dead) {
    return parts.index().due(shard, now, CHUNK).compose(dues -> sweep(dues, dead));
  }

  private Future<Answer.Swept> sweep(List<Due> dues, Set<NodeId> dead) {
    List<Future<Boolean>> looked = new ArrayList<>();
    for (Due due : dues) {
      if (!finishing.contains(due.session())) {
        looked.add(sweep(due, dead));
      }
    }
    return Future.join(looked)
        .map(
            done -> {
              int ended = (int) looked.stream().filter(Future::result).count();
              return new Answer.Swept(ended, dues.size() == CHUNK);
            });
  }

  /** The truth is read again: entries are hints. */
  private Future<Boolean> sweep(Due due, Set<NodeId> dead) {
    return parts
        .store()
        .markEnded(due.session(), false, EXPIRED)
        .compose(marked -> settle(due, marked, dead));
  }

  private Future<Boolean> settle(Due due, Marked marked, Set<NodeId> dead) {
    return switch (marked.state()) {
      case ENDED -> finish(due, marked).map(true);
      case NONE -> parts.index().remove(due.session(), null, null).map(false);
      case DETACHED -> parts.index().postpone(due, marked.due()).map(false);
      case ATTACHED ->
          dead.contains(marked.node())
              ? detach(due.session(), marked.node()).map(false)
              : parts.index().drop(due).map(false);
    };
  }

  private Future<Void> detach(SessionKey session, NodeId node) {
    var any = new SessionRef(session.tenant(), session.session(), 0);
    return attaching.detach(any, node, null, Map.of()).mapEmpty();
  }

  private Future<Void> closed(Due due, Marked marked) {
    SessionKey session = due.session();
    if (marked.state() != SessionStore.Mark.ENDED) {
      return parts.index().remove(session, null, null);
    }
    if (marked.node() != null) {
      bus.hint(
          marked.node().address(),
          new NodeNotice.Ended(
              session.tenant(), session.session(), marked.generation(), marked.reason()));
    }
    return finish(due, marked).recover(failure -> Future.succeededFuture());
  }

  private Future<Void> finish(Due due, Marked marked) {
    SessionKey session = due.session();
    finishing.add(session);
    return parts
        .published(ended(session, marked))
        .compose(published -> parts.store().delete(session))
        .compose(gone -> parts.index().remove(session, marked.user(), marked.node()))
        .onSuccess(gone -> parts.metrics().ended.increment())
        .onFailure(failure -> again(due, failure))
        .onComplete(done -> finishing.remove(session));
  }

  /** One line for each session would be thousands where a full Redis takes no event. */
  private void again(Due due, Throwable failure) {
    boolean full = HoldfastException.from(failure).code() == ErrorCode.STORE_FULL;
    LOG.atLevel(full ? Level.DEBUG : Level.WARN)
        .log("the end of session {} is to be repeated: {}", due.session(), failure.getMessage());
    parts
        .index()
        .postpone(due, parts.clock().now() + AGAIN_MS)
        .onFailure(later -> LOG.debug("postpone: {}", later.getMessage()));
  }

  private static SessionEvent ended(SessionKey session, Marked marked) {
    return new SessionEvent(
        session.tenant(),
        session.session(),
        marked.user(),
        SessionEvent.Kind.ENDED,
        marked.generation(),
        marked.node(),
        marked.reason());
  }
}
