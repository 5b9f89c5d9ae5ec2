package dev.holdfast.gateway;

import dev.holdfast.gateway.Connection.Phase;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import java.util.concurrent.TimeUnit;

/**
 * The times of one connection: until its hello, between its frames, while it takes nothing, until
 * its close is answered. Looked at by the one tick of its event loop; it has no timer of its own.
 */
final class Liveness {
  private static final long CUT_AFTER = TimeUnit.SECONDS.toNanos(5);

  private final Connection connection;
  private final GatewayConfig config;
  private final long opened = System.nanoTime();
  private long heard = opened;
  private long pinged = opened;
  private final Unsent unsent;
  private long closing;

  Liveness(Connection connection) {
    this.connection = connection;
    this.config = connection.loop.config;
    this.unsent = new Unsent(connection);
  }

  /** Something came from the client. */
  void heard() {
    heard = System.nanoTime();
  }

  /** A close was sent. */
  void closing() {
    closing = System.nanoTime();
  }

  /** The transport has ended. */
  void closed() {
    unsent.tick(false);
  }

  void tick(long now) {
    Phase phase = connection.phase();
    long blocked = connection.out.blockedSince();
    boolean room = unsent.tick(blocked != 0);
    if (phase == Phase.CLOSED) {
      if (now - closing > CUT_AFTER) {
        connection.out.cut();
      }
    } else if (blocked != 0) {
      closeIf(!room || now - blocked > config.slowLimit().toNanos(), CloseCode.SLOW);
    } else if (phase == Phase.OPENED) {
      closeIf(now - opened > config.helloTimeout().toNanos(), CloseCode.HELLO_TIMEOUT);
    } else if (phase == Phase.ATTACHED) {
      beat(now, config.heartbeat().toNanos());
    }
  }

  private void beat(long now, long heartbeat) {
    if (connection.session().holds()) {
      heard = now; // it has said something that we don't read yet
    }
    boolean quiet = now - heard > heartbeat || now - connection.out.saidAt() > heartbeat;
    if (quiet && now - pinged > heartbeat) {
      pinged = now;
      connection.out.send(ServerFrames.PING);
    }
    closeIf(connection.answers() && now - heard > 2 * heartbeat, CloseCode.NO_PONG);
    closeIf(connection.session().expired(), CloseCode.EXPIRED);
  }

  private void closeIf(boolean due, CloseCode code) {
    if (due) {
      connection.close(code);
    }
  }
}
