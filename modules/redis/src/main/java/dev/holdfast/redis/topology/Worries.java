package dev.holdfast.redis.topology;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Logs once what lasts, and a change at most every ten seconds: what comes and goes fills no log.
 * What it was held back from logging comes with the next look, if it still differs. One thread.
 */
public final class Worries {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Consumer<String> log;
  private final LongSupplier clock;
  private String logged = "";
  private long lastLogged;

  /**
   * @param log gets the reason why something does not work; an empty text: it works again
   */
  public Worries(Consumer<String> log) {
    this(log, System::nanoTime);
  }

  /**
   * @param clock in ns
   */
  Worries(Consumer<String> log, LongSupplier clock) {
    this.log = log;
    this.clock = clock;
    this.lastLogged = clock.getAsLong() - PAUSE_NANOS;
  }

  /** Takes what is so now, as often as it is looked at. */
  public void are(String now) {
    long time = clock.getAsLong();
    if (!now.equals(logged) && time - lastLogged >= PAUSE_NANOS) {
      logged = now;
      lastLogged = time;
      log.accept(now);
    }
  }
}
