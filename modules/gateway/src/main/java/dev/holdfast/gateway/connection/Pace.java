package dev.holdfast.gateway.connection;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.limits.Cost;
import dev.holdfast.limits.Limiter;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.Decoded;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits how fast one connection's frames are taken: as fast as its user and tenant may, and
 * publications at the connection's own rate, with a burst of a second's worth. Beyond that nothing
 * more is read from the connection until the first that waits may go; it keeps its place, and
 * nothing is refused. What comes behind it waits in the socket, and so with the client.
 *
 * <p>How far a client that publishes is ahead of its own rate is measured by a ping: its pong comes
 * behind all that the client had sent by then. One that does not come through within the limit ends
 * the connection. What others of its user or tenant take ends no connection. Confined to the event
 * loop.
 */
final class Pace {
  private static final long BETWEEN_PINGS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_MS = 250;

  private final Vertx vertx;
  private final Caller.User caller;
  private final ClientLink client;
  private final Brake brake;
  private final Rates rates;
  private final Runnable waits;
  private final TokenBucket rate;
  private @Nullable Decoded held;

  /** Set with what is held. */
  @SuppressWarnings("NullAway.Init")
  private Consumer<Decoded> taken;

  /** Set with what is held. */
  @SuppressWarnings("NullAway.Init")
  private Cost cost;

  private boolean withinRate;
  private long pause;
  private long heldAt;
  private long asked;
  private boolean answered = true;
  private boolean stopped;

  /** The connection, as far as this one brakes it. */
  interface Brake {
    /** Nothing more is to be read. */
    void hold();

    void release();

    /** It is to be closed: it publishes more than it ever can. */
    void tooFast();
  }

  /**
   * The rates of one connection.
   *
   * @param limiter of its user and tenant
   * @param publications of the connection, per second
   * @param behind how far its pong may be behind
   */
  record Rates(Limiter limiter, int publications, Duration behind) {}

  /**
   * @param waits called when a frame has to wait
   */
  Pace(
      Vertx vertx,
      Caller.User caller,
      ClientLink client,
      Brake brake,
      Rates rates,
      Runnable waits) {
    this.vertx = vertx;
    this.caller = caller;
    this.client = client;
    this.brake = brake;
    this.rates = rates;
    this.waits = waits;
    this.rate = new TokenBucket(rates.publications(), System.nanoTime());
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
      brake.hold();
    }
  }

  /** All that the client had sent when it was pinged has been read. */
  void pong() {
    answered = true;
  }

  /** The connection ends, or the session is no longer its own: what waits is dropped. */
  void stop() {
    stopped = true;
  }

  /** Returns whether a frame of the client waits here. */
  boolean holds() {
    return held != null;
  }

  private void go() {
    Decoded frame = held;
    if (stopped || frame == null) {
      held = null;
      return;
    }
    long wait = delay(System.nanoTime());
    if (wait == Limiter.NEVER) {
      String none = "a rate of the user or tenant is 0";
      client.report(
          frame.id(), HoldfastException.withPublicMessage(ErrorCode.LIMIT_EXCEEDED, none));
    } else if (wait > 0) {
      waits.run();
      vertx.setTimer(wait, timer -> go());
      return;
    }
    held = null;
    if (wait == 0) {
      taken.accept(frame);
    }
    brake.release();
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
    long wait = rates.limiter().take(caller.tenant(), caller.user(), cost);
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
    if (!answered && now - asked > rates.behind().toNanos()) {
      brake.tooFast();
    } else if (answered && now - asked > BETWEEN_PINGS) {
      asked = now;
      answered = false;
      client.send(ServerFrames.PING);
    }
  }
}
