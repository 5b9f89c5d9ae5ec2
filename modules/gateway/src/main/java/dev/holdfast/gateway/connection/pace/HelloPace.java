package dev.holdfast.gateway.connection.pace;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The pace at which hellos are answered while others wait, and so the time that one more would
 * wait, and after which a refused one may come back. Those that are refused get different times.
 * Confined to the event loop.
 */
final class HelloPace {
  static final double FIRST = 500;
  private static final double LEAST = 20;
  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double WINDOW = SECOND / 4;
  private static final double STALE = 2 * SECOND;
  private static final long LONGEST_MS = 20_000;

  private double perSecond = FIRST;
  private long since;
  private int answered;

  HelloPace(long now) {
    since = now;
  }

  /** Hellos of one tenant that were refused, and have not come back yet. */
  static final class Away {
    private double hellos;
    private long countedAt;

    private void count(double perSecond, long now) {
      hellos = Math.max(0, hellos - (now - countedAt) * perSecond / SECOND);
      countedAt = now;
    }
  }

  /**
   * Notes that a hello was answered.
   *
   * @param crowded whether others wait for their turn: otherwise it says nothing about the pace
   * @param now by {@link System#nanoTime}
   */
  void answered(boolean crowded, long now) {
    answered++;
    double elapsed = now - since;
    if (!crowded || elapsed > STALE) {
      since = now;
      answered = 0;
    } else if (elapsed >= WINDOW) {
      perSecond = Math.max(LEAST, (perSecond + answered * SECOND / elapsed) / 2);
      since = now;
      answered = 0;
    }
  }

  /** Returns the ms that a hello with so many before it would wait. */
  long waitMs(int before) {
    return (long) (before * 1_000 / perSecond);
  }

  /**
   * Returns the ms after which one that is refused may come back: after those that wait before it,
   * and those of its tenant that were refused before it. Beyond the longest time, it is a random
   * one of 10 to 20 s: otherwise all of these would come at the same moment.
   *
   * @param before hellos that would be answered before it
   * @param tenants that take turns, its own included
   */
  long comeBackMs(Away away, int before, int tenants, long now) {
    double ofTenant = perSecond / tenants;
    away.count(ofTenant, now);
    away.hellos++;
    long wait = waitMs(before) + (long) (away.hellos * 1_000 / ofTenant);
    return wait < LONGEST_MS
        ? Math.max(1, wait)
        : ThreadLocalRandom.current().nextLong(LONGEST_MS / 2, LONGEST_MS);
  }

  /** Returns whether those that were refused have come back by now. */
  boolean areBack(Away away, int tenants, long now) {
    away.count(perSecond / tenants, now);
    return away.hellos == 0;
  }
}
