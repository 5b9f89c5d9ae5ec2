package dev.holdfast.sessions.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.NewSession;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionStore.Detached;
import dev.holdfast.sessions.store.SessionStore.Holding;
import dev.holdfast.sessions.store.SessionStore.How;
import dev.holdfast.sessions.store.SessionStore.Peeked;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches and detaches connections. Index entries are written before the session's record and
 * removed after it; what concerns one session is done in the order asked. Confined to the
 * verticle's context.
 */
final class Attaching {
  private static final Logger LOG = LoggerFactory.getLogger(Attaching.class);

  /** An attach that took longer is taken back, as its asker has given up. */
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(8);

  private static final long UNDO_AGAIN_MS = 1_000;
  private static final long UNDO_MARGIN_MS = 1_000;

  /**
   * Attempts to take a lost attach back: for as long as the node's lease may last without Redis.
   */
  private static final int UNDO_ATTEMPTS = 3_600;

  private final Parts parts;
  private final Bus bus;
  private final SerialByKey<SessionKey> serial = new SerialByKey<>();
  private boolean stopped;

  Attaching(Parts parts, Bus bus) {
    this.parts = parts;
    this.bus = bus;
  }

  /**
   * A session that never was, ended, is past its due time or is another user's takes the same way:
   * it is looked at once, then a new one is made.
   */
  Future<Attached> attach(SessionMessage.Attach attach) {
    long started = System.nanoTime();
    String resume = attach.resume();
    Future<Attached> attached =
        resume == null || !isId(resume) ? open(attach, started) : lookedAt(resume, attach, started);
    return attached.onSuccess(done -> parts.metrics().attached(started));
  }

  /**
   * Detaches a session; what is lost while Redis is away is the asker's to repeat.
   *
   * @param connection that holds it; none: any
   */
  Future<Detached> detach(
      SessionRef session,
      NodeId node,
      @Nullable String connection,
      Map<ChannelName, Position> cursors) {
    SessionKey key = SessionKey.of(session);
    long due = parts.clock().now() + parts.config().lingerOf(key.tenant()).toMillis();
    return parts
        .index()
        .setDue(key, due)
        .compose(
            written -> serial.run(key, () -> detachInTurn(session, node, connection, cursors)));
  }

  void stop() {
    stopped = true;
  }

  private Future<Attached> lookedAt(String resume, SessionMessage.Attach attach, long started) {
    SessionKey session = new SessionKey(attach.caller().tenant(), resume);
    Predicate<Peeked> fits = seen -> seen.alive() && seen.user().equals(attach.caller().user());
    return parts
        .store()
        .peek(session)
        .compose(
            seen ->
                seen.filter(fits)
                    .map(found -> resume(session, how(found), attach, started))
                    .orElseGet(() -> refused(attach, started)));
  }

  private static How how(Peeked seen) {
    return seen.listed() ? How.RESUME : How.RELIST;
  }

  private Future<Attached> resume(
      SessionKey session, How how, SessionMessage.Attach attach, long started) {
    return hold(session, how, attach, started)
        .compose(
            held ->
                held.isPresent()
                    ? Future.succeededFuture(resumed(session, attach, held.get()))
                    : endedMeanwhile(session, attach, started));
  }

  /** Removes the index entries of a session that ended for good between the look and the attach. */
  private Future<Attached> endedMeanwhile(
      SessionKey session, SessionMessage.Attach attach, long started) {
    return serial
        .run(session, () -> parts.index().leave(session, attach.node()))
        .compose(gone -> parts.index().unlistUser(session, attach.caller().user()))
        .compose(gone -> parts.index().unlistTenant(session))
        .compose(gone -> refused(attach, started));
  }

  private Future<Attached> refused(SessionMessage.Attach attach, long started) {
    parts.metrics().refused.increment();
    return open(attach, started);
  }

  private Future<Attached> open(SessionMessage.Attach attach, long started) {
    parts.store().requireRoom();
    Caller.User caller = attach.caller();
    NewSession wanted = attach.fresh();
    return parts
        .places()
        .take(
            caller.tenant(), caller.user(), attach.node(), wanted == null ? null : wanted.session())
        .compose(
            session ->
                hold(session, How.NEW, attach, started).map(held -> opened(session, attach, held)));
  }

  private Future<Optional<Holding>> hold(
      SessionKey session, How how, SessionMessage.Attach attach, long started) {
    return serial
        .run(session, () -> holdInTurn(session, how, attach))
        .compose(held -> inTime(held, started))
        .onFailure(failure -> failed(session, how, attach, failure));
  }

  private Future<Optional<Holding>> holdInTurn(
      SessionKey session, How how, SessionMessage.Attach attach) {
    return listed(session, how, attach).compose(done -> parts.store().attach(session, how, attach));
  }

  private Future<Void> listed(SessionKey session, How how, SessionMessage.Attach attach) {
    return switch (how) {
      case NEW -> Future.succeededFuture();
      case RESUME -> parts.index().keepAt(session, attach.node());
      case RELIST -> parts.index().keep(session, attach.caller().user(), attach.node());
    };
  }

  private static Future<Optional<Holding>> inTime(Optional<Holding> held, long started) {
    return System.nanoTime() - started < LONGEST_NANOS
        ? Future.succeededFuture(held)
        : Future.failedFuture(new HoldfastException(ErrorCode.TIMEOUT, "attach: took too long"));
  }

  private Attached resumed(SessionKey session, SessionMessage.Attach attach, Holding held) {
    parts.metrics().resumed.increment();
    Attachment before = held.before();
    if (before != null) {
      var notice =
          new NodeNotice.Replaced(session.tenant(), session.session(), before.generation());
      bus.hint(before.node().address(), notice);
    }
    return attached(session, attach, held, true);
  }

  private Attached opened(
      SessionKey session, SessionMessage.Attach attach, Optional<Holding> held) {
    Holding holding =
        held.orElseThrow(
            () -> new HoldfastException(ErrorCode.INTERNAL, "session: a fresh id is in use"));
    parts.metrics().opened.increment();
    parts.publish(event(session, attach, SessionEvent.Kind.OPENED, holding.generation()));
    return attached(session, attach, holding, false);
  }

  private Attached attached(
      SessionKey session, SessionMessage.Attach attach, Holding held, boolean resumed) {
    parts.clock().heard(held.now());
    parts.publish(event(session, attach, SessionEvent.Kind.ATTACHED, held.generation()));
    return new Attached(
        new SessionRef(session.tenant(), session.session(), held.generation()),
        resumed,
        parts.config().lingerOf(session.tenant()).toMillis(),
        held.subscriptions(),
        held.granted(),
        held.grants(),
        held.published(),
        held.before());
  }

  private Future<Detached> detachInTurn(
      SessionRef session,
      NodeId node,
      @Nullable String connection,
      Map<ChannelName, Position> cursors) {
    return parts
        .store()
        .detach(session, node, connection, cursors)
        .compose(done -> unlist(SessionKey.of(session), node, done));
  }

  private Future<Detached> unlist(SessionKey session, NodeId node, Detached done) {
    if (done.happened()) {
      parts.clock().heard(done.now());
      parts.metrics().detached.increment();
      parts.publish(
          new SessionEvent(
              session.tenant(),
              session.session(),
              done.user(),
              SessionEvent.Kind.DETACHED,
              done.generation(),
              node,
              null));
    }
    return done.here()
        ? Future.succeededFuture(done)
        : parts.index().leave(session, node).map(done);
  }

  /** A full Redis has refused a new session before anything changed except, perhaps, an index. */
  private void failed(
      SessionKey session, How how, SessionMessage.Attach attach, Throwable failure) {
    if (how == How.NEW && HoldfastException.from(failure).code() == ErrorCode.STORE_FULL) {
      parts
          .index()
          .remove(session, attach.caller().user(), attach.node())
          .onFailure(later -> LOG.debug("session {}: {}", session, later.getMessage()));
    } else {
      undo(session, attach, 0);
    }
  }

  /**
   * An attach that failed may have happened, or happen yet: what was written on a connection that
   * broke is read by Redis when it gets to it. Without this, the session would stay attached to a
   * connection that nobody has. So it is taken back now, and once more when it is past its
   * deadline: after that it can't happen.
   */
  private void undo(SessionKey session, SessionMessage.Attach attach, int attempt) {
    if (stopped || attempt > UNDO_ATTEMPTS) {
      return;
    }
    takeBack(session, attach)
        .onSuccess(done -> later(whenNoLonger(), () -> undoOnceMore(session, attach)))
        .onFailure(failure -> later(UNDO_AGAIN_MS, () -> undo(session, attach, attempt + 1)));
  }

  private long whenNoLonger() {
    return parts.store().longestLate() + UNDO_MARGIN_MS;
  }

  private void undoOnceMore(SessionKey session, SessionMessage.Attach attach) {
    takeBack(session, attach)
        .onFailure(
            failure ->
                LOG.warn(
                    "An attach of session {} was not taken back: {}",
                    session,
                    failure.getMessage()));
  }

  private Future<Detached> takeBack(SessionKey session, SessionMessage.Attach attach) {
    var any = new SessionRef(session.tenant(), session.session(), 0);
    return detach(any, attach.node(), attach.connection().id(), Map.of());
  }

  private void later(long ms, Runnable step) {
    bus.vertx()
        .setTimer(
            ms,
            timer -> {
              if (!stopped) {
                step.run();
              }
            });
  }

  private static SessionEvent event(
      SessionKey session, SessionMessage.Attach attach, SessionEvent.Kind kind, long generation) {
    return new SessionEvent(
        session.tenant(),
        session.session(),
        attach.caller().user(),
        kind,
        generation,
        attach.node(),
        null);
  }

  private static boolean isId(String text) {
    try {
      Names.id(text, "session");
      return true;
    } catch (HoldfastException notOne) {
      return false;
    }
  }
}
