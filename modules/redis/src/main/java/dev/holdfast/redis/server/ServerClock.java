package dev.holdfast.redis.server;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An estimate of the server's time that is never behind it, and ahead by less than one round trip:
 * it takes the server's last answer for the time at which it was asked. If the server's clock is
 * set, the estimate is wrong until the server is asked again. Confined to the link's context.
 */
public final class ServerClock {
  private static final Logger LOG = LoggerFactory.getLogger(ServerClock.class);
  private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Least difference that is a step, in ms. Clocks that are slewed drift apart by less between two
   * questions.
   */
  private static final long STEP_MS = 1_000;

  private final Supplier<Future<Response>> question;
  private Runnable onStep = () -> {};
  private boolean known;
  private long offset;
  private long askedNanos = System.nanoTime();

  /**
   * @param question asks for TIME
   */
  public ServerClock(Supplier<Future<Response>> question) {
    this.question = question;
  }

  /**
   * @param action runs when an answer shows that the server's clock was set forward
   */
  public void onStep(Runnable action) {
    onStep = action;
  }

  /** Asks the server. A question that fails is repeated in time. */
  public Future<Void> ask() {
    long asked = System.nanoTime();
    askedNanos = asked;
    return question
        .get()
        .onSuccess(
            time -> heard(time.get(0).toLong() * 1_000 + time.get(1).toLong() / 1_000, asked))
        .onFailure(failure -> LOG.debug("time: {}", failure.getMessage()))
        .mapEmpty();
  }

  /** Asks if the last question is too old. */
  public void keep(long now) {
    if (now - askedNanos > OLD_NANOS) {
      ask();
    }
  }

  /**
   * Takes over an answer. A difference that the time between question and answer does not explain
   * is a step.
   */
  private void heard(long serverMs, long asked) {
    boolean stepped = known && serverMs - millis(System.nanoTime()) > offset + STEP_MS;
    known = true;
    offset = serverMs - millis(asked);
    if (stepped) {
      onStep.run();
    }
  }

  /** Returns the estimate, in ms. */
  public long now() {
    return millis(System.nanoTime()) + offset;
  }

  private static long millis(long nanoTime) {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime);
  }
}
