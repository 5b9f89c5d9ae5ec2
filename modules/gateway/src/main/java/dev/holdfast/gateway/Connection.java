package dev.holdfast.gateway;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one WebSocket: opened, greeted, attached, closed. The one place that closes it, and
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

  final String id = Ids.fresh();
  final GatewayLoop loop;
  final Outbound out;
  final Liveness liveness;
  private final ServerWebSocket socket;
  private final String token;
  private Phase phase = Phase.OPENED;
  private LiveSession session;
  private boolean released;

  /**
   * @param token that the upgrade carried, or null
   */
  Connection(GatewayLoop loop, ServerWebSocket socket, String token) {
    this.loop = loop;
    this.socket = socket;
    this.token = token;
    this.out =
        new Outbound(
            ((WebSocketInternal) socket).channelHandlerContext(),
            loop.flusher,
            () -> onContext(Connection::drained),
            failure -> onContext(self -> self.close(CloseCode.PROTOCOL)));
    this.liveness = new Liveness(this);
  }

  /** Sets every handler; to be called in the run of the event loop that accepted the socket. */
  void open() {
    Inbound inbound = new Inbound(this);
    socket.frameHandler(inbound::frame);
    socket.closeHandler(gone -> closed());
    socket.exceptionHandler(failure -> LOG.debug("connection {}: {}", id, failure.toString()));
    socket.setWriteQueueMaxSize(loop.config.writeBuffer());
    out.open();
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

  String address() {
    return socket.remoteAddress() == null ? "" : socket.remoteAddress().hostAddress();
  }

  /** Frames that come before the welcome wait in the socket, in their order. */
  void greet(ClientFrame.Hello hello) {
    phase = Phase.GREETED;
    socket.pause();
    new Handshake(this, token == null ? hello.token() : token, hello).run();
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
    return true;
  }

  void welcomed() {
    phase = Phase.ATTACHED;
    socket.resume();
  }

  /** Tells what failed; a session that another connection holds ends this one. */
  void refuse(String frameId, HoldfastException failure, long retryAfter, long expected) {
    loop.metrics.refused(failure.code());
    if (failure.code() == ErrorCode.INTERNAL) {
      LOG.error("connection {}: {}", id, failure.getMessage());
    }
    out.send(ServerFrames.error(frameId, failure, retryAfter, expected));
    if (failure.code() == ErrorCode.FENCED) {
      replaced();
    }
  }

  void refuse(String frameId, Throwable failure) {
    refuse(frameId, HoldfastException.from(failure), 0, 0);
  }

  /** Closes with the code that a failure stands for: the one table from errors to close codes. */
  void fail(Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    loop.metrics.refused(named.code());
    LOG.debug("connection {} fails: {}", id, named.getMessage());
    switch (named.code()) {
      case UNAUTHORIZED -> close(CloseCode.UNAUTHORIZED);
      case FORBIDDEN -> close(CloseCode.FORBIDDEN);
      case FENCED -> replaced();
      case BAD_REQUEST, TOO_LARGE -> close(CloseCode.PROTOCOL);
      case SHUTTING_DOWN -> close(CloseCode.SHUTDOWN);
      case INTERNAL -> close(CloseCode.INTERNAL);
      default -> close(CloseCode.UNAVAILABLE);
    }
  }

  /** Another connection holds the session. */
  void replaced() {
    closeWithout(CloseCode.REPLACED);
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
    if (phase == Phase.CLOSED) {
      return;
    }
    phase = Phase.CLOSED;
    liveness.closing();
    loop.metrics.closed(code);
    release();
    if (out.blockedSince() != 0) {
      out.close(code); // and cut by liveness, if that is not answered
      return;
    }
    out.close();
    socket.resume(); // for the answer to the close
    socket
        .close(code.number, code.wireName())
        .onFailure(failure -> LOG.debug("close of {}: {}", id, failure.toString()));
  }

  private void closed() {
    if (phase != Phase.CLOSED) {
      phase = Phase.CLOSED;
      loop.metrics.left();
      out.close();
    }
    release();
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
    loop.services.directory().detached(session);
    return true;
  }

  private void drained() {
    if (phase != Phase.CLOSED) {
      loop.fanout.drained(out);
    }
  }
}
