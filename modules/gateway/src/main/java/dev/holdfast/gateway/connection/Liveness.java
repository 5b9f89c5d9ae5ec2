package dev.holdfast.gateway.connection;

import dev.holdfast.core.Caller;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.connection.Connection.Phase;
import dev.holdfast.limits.FairShare;
import dev.holdfast.limits.use.Use;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one connection: for its hello, between its frames, while it takes nothing, and
 * for the answer to its close. The one tick of its event loop checks them; there is no timer of its
 * own.
 */
public final class Liveness {
  private static final long CUT_AFTER = TimeUnit.SECONDS.toNanos(5);

  private final Connection connection;
  private final GatewayConfig config;
  private final long opened = System.nanoTime();
  private long excused = opened;
  private long pinged = opened;
  private final Unsent unsent;
  private final Uses uses;
  private long counted;

  /**
   * @param memory the node's memory for clients that take nothing
   * @param uses counts what goes out
   */
  public Liveness(Connection connection, GatewayConfig config, FairShare memory, Uses uses) {
    this.connection = connection;
    this.config = config;
    this.uses = uses;
    this.unsent = new Unsent(memory, config.writeBuffer());
  }

  /** Notes that the transport has ended. */
  void ended() {
    unsent.free();
    count(connection.sink());
  }

  void tick(long now) {
    Phase phase = connection.phase();
    ClientSink sink = connection.sink();
    long blocked = sink.blockedSince();
    LiveSession session = phase == Phase.ATTACHED ? connection.session() : null;
    count(sink);
    boolean room = blocked == 0 || unsent.blocked(sink.waiting(), caller(session));
    if (blocked == 0) {
      unsent.free();
    }
    if (phase == Phase.CLOSED) {
      if (now - connection.closedAt() > CUT_AFTER) {
        sink.cut();
      }
    } else if (blocked != 0) {
      closeIf(!room || now - blocked > config.slowLimit().toNanos(), CloseCode.SLOW);
    } else if (phase == Phase.OPENED) {
      closeIf(now - opened > config.helloTimeout().toNanos(), CloseCode.HELLO_TIMEOUT);
    } else if (session != null) {
      beat(session, now, config.heartbeat().toNanos());
    }
  }

  private static Caller.@Nullable User caller(@Nullable LiveSession session) {
    return session == null ? null : session.caller();
  }

  private void count(ClientSink sink) {
    LiveSession session = connection.session();
    if (session != null) {
      uses.add(session.caller().tenant(), Use.OUT, sink.written() - counted);
      counted = sink.written();
    }
  }

  private void beat(LiveSession session, long now, long heartbeat) {
    if (session.waits()) {
      excused = now; // it has said something that we don't read yet
    }
    long silence = Math.min(now - connection.heardAt(), now - excused);
    boolean quiet = silence > heartbeat || now - connection.sink().saidAt() > heartbeat;
    if (quiet && now - pinged > heartbeat) {
      pinged = now;
      connection.send(ServerFrames.PING);
    }
    closeIf(connection.answers() && silence > 2 * heartbeat, CloseCode.NO_PONG);
    closeIf(session.tokenIsOver(config.expiryGrace().toMillis()), CloseCode.EXPIRED);
  }

  private void closeIf(boolean due, CloseCode code) {
    if (due) {
      connection.close(code);
    }
  }
}
