package dev.holdfast.gateway.connection.pace;

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
 * Limits how fast the frames of one connection are taken: as fast as its user and tenant may, and
 * publications at the connection's own rate, with a burst of a second's worth. Beyond that nothing
 * more is read from the connection until the first frame that waits may go. That frame keeps its
 * place, and nothing is refused. Frames behind it wait in the socket, and so with the client.
 *
 * <p>A ping measures how far a publishing client is ahead of its own rate: the pong comes behind
 * all that the client had sent by then. A connection whose pong does not come within the limit
 * ends. What others of its user or tenant take ends no connection. Confined to the event loop.
 */
public final class Pace {
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

  /** The receiver of the held frame; set with it. */
  @SuppressWarnings("NullAway.Init")
  private Consumer<Decoded> taken;

  /** The cost of the held frame; set with it. */
  @SuppressWarnings("NullAway.Init")
  private Cost cost;

  private boolean withinRate;
  private long pause;
  private long heldAt;
  private long asked;
  private boolean answered = true;
  private boolean stopped;

  /** Brakes the connection. */
  public interface Brake {
    /** Reads nothing more until the release. */
    void hold();

    void release();

    /** Closes the connection: it publishes more than its rate ever allows. */
    void tooFast();
  }

  /**
   * The rates of one connection.
   *
   * @param limiter of its user and tenant
   * @param publications of the connection, per second
   * @param behind the longest time that its pong may take
   */
  public record Rates(Limiter limiter, int publications, Duration behind) {}

  /**
   * @param waits called when a frame has to wait
   */
  public Pace(
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
   * Takes a frame, now or when its time has come.
   *
   * @param then gets the frame
   */
  public void frame(Decoded frame, int bytes, Consumer<Decoded> then) {
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

  /** Notes that all that the client had sent before the ping has been read. */
  public void pong() {
    answered = true;
  }

  /** Drops what waits: the connection ends, or the session is no longer its own. */
  public void stop() {
    stopped = true;
  }

  /** Returns whether a frame of the client waits here. */
  public boolean holds() {
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

  /** Returns the ms until the held frame may go; 0: now. */
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

  /**
   * Asks by a ping how far the client is ahead; ends the connection if the last pong is overdue.
   */
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
