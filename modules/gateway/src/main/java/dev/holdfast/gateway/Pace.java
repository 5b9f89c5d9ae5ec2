package dev.holdfast.gateway;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.limits.Cost;
import dev.holdfast.limits.Limiter;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.Decoded;
import dev.holdfast.protocol.ServerFrames;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How fast one connection's frames are taken: as fast as its user and tenant may, and publications
 * at the connection's own rate, with a burst of a second's worth. Beyond that nothing more is read
 * from the connection until the first that waits may go; it keeps its place, and nothing is
 * refused. What comes behind it waits in the socket, and so with the client.
 *
 * <p>How far a client that publishes is ahead of its own rate is measured by a ping: its pong comes
 * behind all that the client had sent by then. One that does not come through within the limit ends
 * the connection. What others of its user or tenant take ends no connection. Confined to the event
 * loop.
 */
final class Pace {
  private static final long BETWEEN_PINGS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_MS = 250;

  private final Connection connection;
  private final Caller.User caller;
  private final TokenBucket rate;
  private Decoded held;
  private Consumer<Decoded> taken;
  private Cost cost;
  private boolean withinRate;
  private long pause;
  private long heldAt;
  private long asked;
  private boolean answered = true;

  Pace(Connection connection, Caller.User caller) {
    this.connection = connection;
    this.caller = caller;
    this.rate = new TokenBucket(connection.loop.config.publishRate(), System.nanoTime());
    this.asked = System.nanoTime() - BETWEEN_PINGS;
    this.heldAt = asked;
  }

  /**
   * @param then gets it when its time has come
   */
  void frame(Decoded frame, int bytes, Consumer<Decoded> then) {
    if (held != null) {
      throw new IllegalStateException("read on, though paused");
    }
    boolean publishes = frame.frame() instanceof ClientFrame.Publish;
    held = frame;
    taken = then;
    cost = publishes ? Cost.publication(bytes) : Cost.request(bytes);
    withinRate = !publishes;
    pause = 1;
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
    long wait = delay(System.nanoTime());
    if (wait == Limiter.NEVER) {
      String none = "a rate of the user or tenant is 0";
      connection.tell(held.id(), HoldfastException.told(ErrorCode.LIMIT_EXCEEDED, none));
    } else if (wait > 0) {
      connection.loop.metrics.held();
      connection.loop.context.owner().setTimer(wait, timer -> go());
      return;
    }
    Decoded frame = held;
    held = null;
    if (wait == 0) {
      taken.accept(frame);
    }
    connection.resume(Hold.PACE);
  }

  /** In ms; 0: now. */
  private long delay(long now) {
    if (!withinRate) {
      long wait = rate.take(now);
      if (wait > 0) {
        overRate(now);
        return wait;
      }
      withinRate = true;
    }
    long wait = connection.loop.services.limiter().take(caller.tenant(), caller.user(), cost);
    if (wait == 0 || wait == Limiter.NEVER) {
      return wait;
    }
    pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
    return Math.max(wait, pause);
  }

  /** Asks how far the client is ahead; ends it if that was asked too long ago. */
  private void overRate(long now) {
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
