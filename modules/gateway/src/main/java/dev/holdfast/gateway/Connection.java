package dev.holdfast.gateway;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.http.Refusals;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one connection: opened, greeted, attached, closed. The one place that closes it, and
 * that lets go of its session. Confined to its event loop; {@link #onContext} is the way in from
 * elsewhere.
 */
final class Connection {
  /** In this order; each at most once. */
  enum Phase {
    OPENED,
    GREETED,
    ATTACHED,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** How one ends that has not come in by its own fault. */
  private static final Set<CloseCode> STRANGE =
      EnumSet.of(
          CloseCode.HELLO_TIMEOUT, CloseCode.UNAUTHORIZED, CloseCode.FORBIDDEN, CloseCode.PROTOCOL);

  private static final long MOVE_AGAIN_NS = TimeUnit.MINUTES.toNanos(1);
  private static final long MOVE_WITHIN_MS = 1_000;

  final String id = Ids.fresh();
  final GatewayLoop loop;
  final Outbound out;
  final Liveness liveness;
  private final Transport transport;
  private final String token;
  private Phase phase = Phase.OPENED;
  private LiveSession session;
  private volatile long askedAt = System.nanoTime() - MOVE_AGAIN_NS;
  private boolean released;
  private boolean asking;
  private ConnectionPlace place;
  private boolean gone;

  /**
   * @param token that the upgrade carried, or null
   */
  Connection(GatewayLoop loop, Transport transport, String token) {
    this.loop = loop;
    this.transport = transport;
    this.token = token;
    this.out = transport.outbound(this);
    this.liveness = new Liveness(this);
  }

  /** Sets every handler; to be called in the run of the event loop that accepted the client. */
  void open() {
    transport.open(this);
    loop.opened(this);
  }

  /** Runs something on the connection's own context; from any thread. */
  void onContext(Consumer<Connection> action) {
    loop.context.runOnContext(ignored -> action.accept(this));
  }

  Phase phase() {
    return phase;
  }

  /** Null before it is attached. */
  LiveSession session() {
    return session;
  }

  Client client() {
    return transport.client();
  }

  /** The client has shown a valid token, or is not to blame that none was looked at. */
  void known() {
    transport.known();
  }

  /** Whether a client that is there answers a ping. */
  boolean answers() {
    return transport.answers();
  }

  /** Its place among those of its user; left when the transport has ended. */
  ConnectionPlace placeOf(Caller.User caller) {
    if (place == null) {
      place = new ConnectionPlace(loop, caller, transport.asked());
    }
    if (gone) {
      place.leave();
    }
    return place;
  }

  /** Frames that come before the welcome wait in the transport, in their order. */
  void greet(ClientFrame.Hello hello) {
    phase = Phase.GREETED;
    transport.greeted();
    long wait = loop.services.admission().hello();
    if (wait > 0) {
      later(wait);
      return;
    }
    pause(Hold.GREETING);
    new Handshake(this, token == null ? hello.token() : token, hello).run();
  }

  /** More come in than the node can greet: this one is told when to come again. */
  private void later(long wait) {
    known();
    if (transport.answers()) {
      refuse(null, HoldfastException.told(ErrorCode.RATE_LIMITED, "hello: too many"), wait, 0);
    }
    close(CloseCode.UNAVAILABLE);
  }

  /**
   * Takes a session over; from here on it is let go of when the connection ends.
   *
   * @return false where the connection has ended meanwhile
   */
  boolean attach(LiveSession attached) {
    session = attached;
    if (phase == Phase.CLOSED) {
      release();
      return false;
    }
    loop.services.directory().attached(attached);
    loop.holds.add(attached);
    return true;
  }

  void welcomed() {
    phase = Phase.ATTACHED;
    resume(Hold.GREETING);
  }

  /** Tells what failed. A connection that holds its session no more ends with that. */
  void refuse(String frameId, HoldfastException failure, long retryAfter, long expected) {
    tell(frameId, failure, retryAfter, expected);
    if (Closing.isUnheld(failure.code())) {
      unheld(failure.code());
    }
  }

  /** Tells what failed of something else than this session, for example of a service's. */
  void tell(String frameId, HoldfastException failure) {
    tell(frameId, failure, 0, 0);
  }

  private void tell(String frameId, HoldfastException failure, long retryAfter, long expected) {
    loop.metrics.refused(failure.code());
    if (failure.code() == ErrorCode.INTERNAL) {
      LOG.error("connection {}: {}", id, failure.getMessage());
    }
    if (session != null) {
      Refusals.log(session.caller, failure);
    }
    // A service that has too much to do names no time itself, nor does a store without room.
    long wait = retryAfter == 0 ? failure.code().againAfterMs() : retryAfter;
    out.send(ServerFrames.error(frameId, failure, wait, expected));
  }

  void refuse(String frameId, Throwable failure) {
    refuse(frameId, HoldfastException.from(failure), 0, 0);
  }

  /** Closes with the code that a failure stands for. */
  void fail(Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    loop.metrics.refused(named.code());
    LOG.debug("connection {} fails: {}", id, named.getMessage());
    if (Closing.isUnheld(named.code())) {
      unheld(named.code());
    } else {
      close(Closing.of(named.code()), Closing.reason(named));
    }
  }

  /** Whether its client may be asked to move: it was not for a minute. Any thread. */
  boolean mayMove() {
    return transport.answers() && System.nanoTime() - askedAt > MOVE_AGAIN_NS;
  }

  /** Its client is to come again, best at another node; what it then holds replaces this. */
  void askToMove() {
    if (phase == Phase.ATTACHED) {
      askedAt = System.nanoTime();
      long after = ThreadLocalRandom.current().nextLong(MOVE_WITHIN_MS);
      out.send(ServerFrames.reconnect(after, "rebalance"));
    }
  }

  /**
   * An attachment of another generation holds the session. One that is ahead by a leap need not be
   * later: the store may have gone to data that never had this one, and got an older attempt of the
   * same client since.
   */
  void replaced(long generation) {
    if (session.ref.mayBeOtherData(generation)) {
      fenced();
    } else {
      closeWithout(CloseCode.REPLACED);
    }
  }

  /** The record says whether another took the session, or whether this attachment was lost. */
  private void fenced() {
    if (!asking) {
      asking = true;
      loop.cursors.why(session).onSuccess(this::judged).onFailure(this::fail);
    }
  }

  /** Closes a connection that may not hold its session, as {@link Closing#isUnheld} says. */
  private void unheld(ErrorCode why) {
    if (why == ErrorCode.FENCED && session != null && !released) {
      fenced();
    } else {
      judged(why);
    }
  }

  /** Closes a connection that does not hold its session, or not as it thinks; null: it does. */
  void judged(ErrorCode why) {
    if (why == null) {
      close(CloseCode.LOST);
    } else if (why == ErrorCode.SHUTTING_DOWN) {
      shutdown();
    } else {
      closeWithout(Closing.of(why));
    }
  }

  void shutdown() {
    close(CloseCode.SHUTDOWN);
  }

  /** Closes a connection whose session is no longer its own: there is nothing to detach. */
  void closeWithout(CloseCode code) {
    letGo();
    close(code);
  }

  /** Closes, after what was sent before; the first reason stands. */
  void close(CloseCode code) {
    close(code, code.wireName());
  }

  private void close(CloseCode code, String reason) {
    if (phase == Phase.CLOSED) {
      return;
    }
    if (session == null && STRANGE.contains(code)) {
      loop.services.admission().failed(client());
    }
    phase = Phase.CLOSED;
    liveness.closing();
    loop.metrics.closed(code);
    release();
    out.close();
    transport.close(code, reason);
  }

  /** The transport has ended. */
  void closed() {
    if (phase != Phase.CLOSED) {
      phase = Phase.CLOSED;
      loop.metrics.left();
      out.close();
    }
    release();
    liveness.closed();
    gone = true;
    if (place != null) {
      place.leave();
    }
    loop.closed(this);
  }

  private void release() {
    if (letGo()) {
      loop.detacher.detach(session.ref, session.subscriptions.unsaved());
    }
  }

  /**
   * @return whether there was a session to let go of
   */
  private boolean letGo() {
    if (session == null || released) {
      return false;
    }
    released = true;
    session.stop();
    loop.holds.remove(session);
    loop.services.directory().detached(session);
    return true;
  }

  /** What the client says waits, until this is taken back. */
  void pause(Hold why) {
    transport.pause(why);
  }

  void resume(Hold why) {
    transport.resume(why);
  }

  /** The session whose channel this is, is said to be no more. */
  void gone(ChannelName channel) {
    if (session != null) {
      session.gone(channel);
    }
  }

  /** The client takes more again. */
  void drained() {
    resume(Hold.BLOCKED);
    if (phase != Phase.CLOSED) {
      loop.fanout.drained(out);
    }
  }
}
