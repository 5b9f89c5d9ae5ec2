package dev.holdfast.gateway;

import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import java.util.concurrent.TimeUnit;

/**
 * How fast one connection's publications are taken: at its rate, with a burst of a second's worth.
 * Beyond that nothing more is read from the connection until the first that waits may go; it keeps
 * its place, and nothing is refused. What comes behind it waits in the socket, and so with the
 * client.
 *
 * <p>How far a client is ahead is measured by a ping: its pong comes behind all that the client had
 * sent by then. One that does not come through within the limit ends the connection. Confined to
 * the event loop.
 */
final class Pace {
  private static final long BETWEEN_PINGS = TimeUnit.SECONDS.toNanos(1);

  private final Connection connection;
  private final LiveSession session;
  private final TokenBucket rate;
  private ClientFrame.Publish held;
  private long heldAt;
  private long asked;
  private boolean answered = true;

  Pace(LiveSession session) {
    this.session = session;
    this.connection = session.connection;
    this.rate = new TokenBucket(connection.loop.config.publishRate(), System.nanoTime());
    this.asked = System.nanoTime() - BETWEEN_PINGS;
    this.heldAt = asked;
  }

  void publish(ClientFrame.Publish frame) {
    if (held != null) {
      throw new IllegalStateException("read on, though paused");
    }
    held = frame;
    go();
    if (held != null) {
      connection.pause(Hold.PACE);
    }
  }

  /** All that the client had sent when it was pinged has been read. */
  void pong() {
    answered = true;
  }

  /** Whether the client waits for us. */
  boolean holds() {
    return held != null;
  }

  private void go() {
    if (connection.phase() == Connection.Phase.CLOSED) {
      held = null;
      return;
    }
    long now = System.nanoTime();
    long wait = rate.take(now);
    if (wait > 0) {
      overRate(now);
      connection.loop.context.owner().setTimer(wait, timer -> go());
      return;
    }
    ClientFrame.Publish frame = held;
    held = null;
    session.take(frame);
    connection.resume(Hold.PACE);
  }

  /** Asks how far the client is ahead; ends it if that was asked too long ago. */
  private void overRate(long now) {
    connection.loop.metrics.held();
    if (now - heldAt > BETWEEN_PINGS) {
      answered = true; // it was within its rate for a while
    }
    heldAt = now;
    if (!answered && now - asked > connection.loop.config.slowLimit().toNanos()) {
      connection.close(CloseCode.TOO_FAST);
    } else if (answered && now - asked > BETWEEN_PINGS) {
      asked = now;
      answered = false;
      connection.out.send(ServerFrames.PING);
    }
  }
}
