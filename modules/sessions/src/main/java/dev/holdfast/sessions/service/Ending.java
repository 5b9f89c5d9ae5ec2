package dev.holdfast.sessions.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.CallerCheck;
import dev.holdfast.sessions.store.Marked;
import dev.holdfast.sessions.store.SessionIndex.Due;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.tokens.RevocationMessage;
import dev.holdfast.tokens.TokenRef;
import io.vertx.core.Future;
import java.time.Duration;
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
  private static final Duration REVOKED_WITHIN = Duration.ofSeconds(3);
  private static final Caller SELF = new Caller.Service("sessions", "node", Set.of("*"), Set.of());

  private final Parts parts;
  private final Bus bus;
  private final Attaching attaching;
  private final Set<SessionKey> finishing = new HashSet<>();

  Ending(Parts parts, Bus bus, Attaching attaching) {
    this.parts = parts;
    this.bus = bus;
    this.attaching = attaching;
  }

  /**
   * Ends a session now. It has ended when this completes; its keys go soon after. If it is revoked,
   * so are its tokens, which would bring its client back at once.
   */
  Future<Void> close(SessionKey session, String reason) {
    return reason.equals(SessionMessage.Close.REVOKED)
        ? parts
            .tokens()
            .of(session)
            .compose(tokens -> revoke(session, tokens))
            .compose(revoked -> end(session, reason))
        : end(session, reason);
  }

  /** Answers who wants to end a session that there is not; its token, too, is not known. */
  static Future<Void> none(String reason) {
    return reason.equals(SessionMessage.Close.REVOKED)
        ? Future.failedFuture(CallerCheck.nothingRevoked())
        : Future.succeededFuture();
  }

  private Future<Void> revoke(SessionKey session, List<TokenRef> tokens) {
    List<Future<?>> revoked = new ArrayList<>();
    tokens.forEach(token -> revoked.add(revoke(session, token)));
    return Future.join(revoked).mapEmpty();
  }

  private Future<?> revoke(SessionKey session, TokenRef token) {
    long now = System.currentTimeMillis() / 1_000;
    return ServiceClient.local(bus, REVOKED_WITHIN)
        .ask(
            new RevocationMessage.Revoke(
                SELF, session.tenant(), null, token.digest(), now, token.endsAt()));
  }

  private Future<Void> end(SessionKey session, String reason) {
    long now = parts.clock().now();
    return parts
        .index()
        .setDue(session, now)
        .compose(written -> parts.store().markEnded(session, true, reason))
        .compose(marked -> closed(new Due(session, now), marked));
  }

  /** Looks at up to 100 sessions of a shard that are due. */
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

  /** Reads the session's record, as entries are only hints. */
  private Future<Boolean> sweep(Due due, Set<NodeId> dead) {
    return parts
        .store()
        .markEnded(due.session(), false, EXPIRED)
        .compose(marked -> settle(due, marked, dead));
  }

  private Future<Boolean> settle(Due due, Marked marked, Set<NodeId> dead) {
    if (marked instanceof Marked.Ended ended) {
      return finish(due, ended).map(true);
    }
    if (marked instanceof Marked.Detached detached) {
      return parts.index().postpone(due, detached.due()).map(false);
    }
    if (marked instanceof Marked.Attached attached) {
      return dead.contains(attached.node())
          ? detach(due.session(), attached.node()).map(false)
          : parts.index().drop(due).map(false);
    }
    return parts.index().remove(due.session(), null, null).map(false);
  }

  private Future<Void> detach(SessionKey session, NodeId node) {
    var any = new SessionRef(session.tenant(), session.session(), 0);
    return attaching.detach(any, node, null, Map.of()).mapEmpty();
  }

  private Future<Void> closed(Due due, Marked marked) {
    SessionKey session = due.session();
    if (!(marked instanceof Marked.Ended ended)) {
      return parts.index().remove(session, null, null);
    }
    NodeId node = ended.node();
    if (node != null) {
      bus.hint(
          node.address(),
          new NodeNotice.Ended(
              session.tenant(), session.session(), ended.generation(), ended.reason()));
    }
    return finish(due, ended).recover(failure -> Future.succeededFuture());
  }

  private Future<Void> finish(Due due, Marked.Ended marked) {
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

  /**
   * Postpones an end that failed. If Redis is full, that is logged at DEBUG: it would be thousands
   * of lines.
   */
  private void again(Due due, Throwable failure) {
    boolean full = HoldfastException.from(failure).code() == ErrorCode.STORE_FULL;
    LOG.atLevel(full ? Level.DEBUG : Level.WARN)
        .log("The end of session {} is tried again: {}", due.session(), failure.getMessage());
    parts
        .index()
        .postpone(due, parts.clock().now() + AGAIN_MS)
        .onFailure(later -> LOG.debug("postpone: {}", later.getMessage()));
  }

  private static SessionEvent ended(SessionKey session, Marked.Ended marked) {
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
