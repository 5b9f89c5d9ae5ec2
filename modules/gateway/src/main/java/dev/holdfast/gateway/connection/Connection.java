package dev.holdfast.gateway.connection;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.attachment.Attachments;
import dev.holdfast.gateway.http.Refusals;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Context;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one connection: opened, greeted, attached, closed. It alone closes the connection and
 * lets go of its session. Confined to its event loop; {@link #onContext} is for calls from
 * elsewhere.
 */
public final class Connection implements ClientLink {
  /** Phases, in this order; each comes at most once. */
  public enum Phase {
    OPENED,
    GREETED,
    ATTACHED,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** Close codes of connections that failed to come in by their own fault. */
  private static final Set<CloseCode> STRANGE = Closing.strange();

  private static final long MOVE_AGAIN_NS = TimeUnit.MINUTES.toNanos(1);
  private static final long MOVE_WITHIN_MS = 1_000;

  private final String id = Ids.fresh();
  private final Context context;
  private final Transport transport;
  private final GatewayMetrics metrics;
  private final Admission admission;
  private final Attachments attachments;
  private final Greeter greeter;
  private final ClientSink out;
  private Phase phase = Phase.OPENED;
  private @Nullable LiveSession session;
  private volatile long askedAt = System.nanoTime() - MOVE_AGAIN_NS;
  private long heardAt = System.nanoTime();
  private long closedAt;
  private boolean released;
  private boolean asking;
  private @Nullable ConnectionPlace place;
  private Consumer<Connection> whenEnded = ended -> {};
  private boolean gone;

  /**
   * @param transport carries this connection alone
   * @param greeter leads it to its session
   */
  public Connection(
      Context context,
      Transport transport,
      GatewayMetrics metrics,
      Admission admission,
      Attachments attachments,
      Greeter greeter) {
    this.context = context;
    this.transport = transport;
    this.metrics = metrics;
    this.admission = admission;
    this.attachments = attachments;
    this.greeter = greeter;
    this.out = transport.sink();
  }

  public String id() {
    return id;
  }

  /** Sets the action for the transport's end. */
  void whenEnded(Consumer<Connection> end) {
    whenEnded = end;
  }

  /** Runs something on the connection's own context; from any thread. */
  public void onContext(Consumer<Connection> action) {
    context.runOnContext(ignored -> action.accept(this));
  }

  public Phase phase() {
    return phase;
  }

  /** Returns the session that it holds or held; none if it was never attached. */
  public @Nullable LiveSession session() {
    return session;
  }

  Client client() {
    return transport.client();
  }

  /** Returns the token that came with the transport's request; none if the hello brings it. */
  @Nullable String token() {
    return transport.token();
  }

  /** Returns the outgoing side. */
  ClientSink sink() {
    return out;
  }

  /** Notes that something came from the client. */
  public void heard() {
    heardAt = System.nanoTime();
  }

  /** Returns the time at which something came last, by {@link System#nanoTime}. */
  long heardAt() {
    return heardAt;
  }

  /** Returns the time at which a close was sent, by {@link System#nanoTime}. */
  long closedAt() {
    return closedAt;
  }

  /** Notes that the client has shown a valid token, or is not to blame that none was checked. */
  void known() {
    transport.known();
  }

  /** Notes that the client showed a token that is not valid, or not its own. */
  void strange() {
    admission.failed(client());
  }

  /** Returns the number of channels that the transport's request, and not a frame, asks for. */
  int asked() {
    return transport.asked();
  }

  /** Returns whether a client that is still there answers a ping. */
  boolean answers() {
    return transport.answers();
  }

  /** Takes its place among its user's connections; gives it back when the transport has ended. */
  void takes(ConnectionPlace taken) {
    place = taken;
    if (gone) {
      taken.leave();
    }
  }

  /** Handles the hello. Frames before the welcome wait in the transport, in their order. */
  public void greet(ClientFrame.Hello hello) {
    phase = Phase.GREETED;
    transport.greeted();
    long wait = admission.hello();
    if (wait > 0) {
      later(wait);
      return;
    }
    pause(Hold.GREETING);
    greeter.greet(this, hello);
  }

  /** Refuses a hello for which there is no room, with the time to come again. */
  void later(long wait) {
    known();
    if (transport.answers()) {
      refuse(
          null,
          HoldfastException.withPublicMessage(ErrorCode.RATE_LIMITED, "hello: too many"),
          wait,
          0);
    }
    close(CloseCode.UNAVAILABLE);
  }

  /**
   * Takes over a session, and lets go of it when the connection ends.
   *
   * @return false if the connection has ended meanwhile
   */
  boolean attach(LiveSession attached) {
    session = attached;
    if (phase == Phase.CLOSED) {
      release();
      return false;
    }
    attachments.attached(attached);
    return true;
  }

  void welcomed() {
    phase = Phase.ATTACHED;
    resume(Hold.GREETING);
  }

  @Override
  public void send(EncodedFrame frame) {
    out.send(frame);
  }

  @Override
  public void refuse(
      @Nullable String frameId, HoldfastException failure, long retryAfter, long expected) {
    sendError(frameId, failure, retryAfter, expected);
    if (Closing.isUnheld(failure.code())) {
      unheld(failure.code());
    }
  }

  @Override
  public void report(@Nullable String frameId, HoldfastException failure) {
    sendError(frameId, failure, 0, 0);
  }

  private void sendError(
      @Nullable String frameId, HoldfastException failure, long retryAfter, long expected) {
    metrics.refused(failure.code());
    if (failure.code() == ErrorCode.INTERNAL) {
      LOG.error("connection {}: {}", id, failure.getMessage());
    }
    if (session != null) {
      Refusals.log(session.caller(), failure);
    }
    // An overloaded service names no time itself, nor does a store without room.
    long wait = retryAfter == 0 ? failure.code().againAfterMs() : retryAfter;
    out.send(ServerFrames.error(frameId, failure, wait, expected));
  }

  @Override
  public void fail(Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    metrics.refused(named.code());
    LOG.debug("connection {} fails: {}", id, named.getMessage());
    if (Closing.isUnheld(named.code())) {
      unheld(named.code());
    } else {
      close(Closing.of(named.code()), Closing.reason(named));
    }
  }

  /** Returns whether its client can be asked to move, and was not for a minute. Any thread. */
  boolean mayMove() {
    return transport.answers() && System.nanoTime() - askedAt > MOVE_AGAIN_NS;
  }

  /** Asks the client to come again, best at another node; its next connection replaces this one. */
  void askToMove() {
    if (phase == Phase.ATTACHED) {
      askedAt = System.nanoTime();
      long after = ThreadLocalRandom.current().nextLong(MOVE_WITHIN_MS);
      out.send(ServerFrames.reconnect(after, "rebalance"));
    }
  }

  /**
   * Handles a notice that an attachment of another generation holds the session. A generation that
   * is ahead by a leap need not be later: the store may have gone to data that never had this
   * attachment, and got an older attempt of the same client since.
   */
  void replaced(long generation) {
    LiveSession held = session;
    if (held != null && held.ref().mayBeOtherData(generation)) {
      fenced(held);
    } else {
      closeWithout(CloseCode.REPLACED);
    }
  }

  /** Asks the record whether another took the session, or whether this attachment was lost. */
  private void fenced(LiveSession held) {
    if (!asking) {
      asking = true;
      attachments.why(held).onSuccess(this::judged).onFailure(this::fail);
    }
  }

  /** Closes a connection that may not hold its session, as {@link Closing#isUnheld} says. */
  private void unheld(ErrorCode why) {
    LiveSession held = session;
    if (why == ErrorCode.FENCED && held != null && !released) {
      fenced(held);
    } else {
      judged(why);
    }
  }

  /** Closes a connection that does not hold its session or, without a reason, lost its channel. */
  void judged(@Nullable ErrorCode why) {
    if (why == null) {
      close(CloseCode.LOST);
    } else if (why == ErrorCode.SHUTTING_DOWN) {
      shutdown();
    } else {
      closeWithout(Closing.of(why));
    }
  }

  public void shutdown() {
    close(CloseCode.SHUTDOWN);
  }

  /** Closes a connection whose session is no longer its own: there is nothing to detach. */
  void closeWithout(CloseCode code) {
    letGo();
    close(code);
  }

  /** Closes the connection behind all that was sent before; the first reason stands. */
  public void close(CloseCode code) {
    close(code, code.wireName());
  }

  private void close(CloseCode code, String reason) {
    if (phase == Phase.CLOSED) {
      return;
    }
    if (session == null && STRANGE.contains(code)) {
      admission.failed(client());
    }
    phase = Phase.CLOSED;
    closedAt = System.nanoTime();
    metrics.closed(code);
    release();
    out.close();
    transport.close(code, reason);
  }

  /** Handles the end of the transport. */
  public void closed() {
    if (phase != Phase.CLOSED) {
      phase = Phase.CLOSED;
      metrics.left();
      out.close();
    }
    release();
    gone = true;
    if (place != null) {
      place.leave();
    }
    whenEnded.accept(this);
  }

  private void release() {
    LiveSession left = letGo();
    if (left != null) {
      left.detach();
    }
  }

  /** Lets go of the session, and returns it; none if there was none, or it was let go of before. */
  private @Nullable LiveSession letGo() {
    LiveSession held = session;
    if (held == null || released) {
      return null;
    }
    released = true;
    held.stop();
    return held;
  }

  /** Stops reading from the client until this reason is taken back. */
  void pause(Hold why) {
    transport.pause(why);
  }

  void resume(Hold why) {
    transport.resume(why);
  }

  /** Handles a report that the session with this channel no longer exists. */
  public void gone(ChannelName channel) {
    if (session != null) {
      session.gone(channel);
    }
  }

  /** Goes on: the client takes more again. */
  public void drained() {
    resume(Hold.BLOCKED);
    if (phase != Phase.CLOSED && session != null) {
      session.drained();
    }
  }
}
