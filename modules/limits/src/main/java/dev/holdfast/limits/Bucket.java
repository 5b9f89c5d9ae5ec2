package dev.holdfast.limits;

/**
 * One rate of one account, as this node has it: tokens that it took from Redis, and were not used
 * yet. Whoever finds one may go, whatever he costs; what he took beyond is a debt, which is paid
 * first. So a rate is held over time, and a cost may be larger than what may come at once. Guarded
 * by its account.
 *
 * <p>What was taken from Redis expires, so that a node keeps nothing from the others that it does
 * not use. A small part of the rate drips in at each node without asking: who does little costs
 * Redis nothing.
 */
final class Bucket {
  /** Waits until a rate is changed. */
  static final long NEVER = Long.MAX_VALUE;

  /** Of all that drips in at all nodes together, that much of the rate. */
  private static final double DRIP = 0.03;

  private static final double SECOND = 1e9;
  private static final long LIFE = 2_000_000_000L;
  private static final long SHORTEST = 50_000_000L;
  private static final long RETRY = 250_000_000L;
  private static final long LONGEST_HINT_MS = 1_000;
  private static final long UNDER_WAY_MS = 5;

  private double tokens = Double.NaN;
  private double used;
  private double chunk;
  private long seen;
  private long usedSince;
  private long leaseEnd;
  private long notBefore;
  private long ownMeasure;
  private boolean asked;

  /**
   * How long to wait until something may go.
   *
   * @param rate per second
   * @return ms, at least; 0: it may; NEVER: the rate is 0
   */
  long delay(long rate, int nodes, long now) {
    if (rate == 0) {
      return NEVER;
    }
    settle(rate, nodes, now);
    if (tokens >= 1) {
      return 0;
    }
    long ms = asked ? UNDER_WAY_MS : (notBefore - now) / 1_000_000 + 1;
    return Math.max(1, Math.min(LONGEST_HINT_MS, ms));
  }

  /** After {@link #delay} was 0. */
  void take(long amount) {
    tokens -= amount;
    used += amount;
  }

  /** What drips in, and what is void by now. */
  private void settle(long rate, int nodes, long now) {
    double part = DRIP / Math.max(3, nodes);
    double most = Math.max(1, rate * part);
    if (Double.isNaN(tokens)) {
      begin(most, now);
    }
    if (now - leaseEnd > 0) {
      tokens = Math.min(most, tokens + (now - seen) / SECOND * rate * part);
    }
    tokens = Math.min(tokens, burst(rate));
    seen = now;
  }

  private void begin(double most, long now) {
    tokens = most;
    seen = now;
    usedSince = now;
    leaseEnd = now - 1;
    notBefore = now;
    ownMeasure = now - (long) SECOND;
  }

  /** Returns whether Redis is to be asked now. */
  boolean lacks(long rate, long now) {
    boolean began = !Double.isNaN(tokens);
    boolean enough = tokens >= 1 && (now - leaseEnd > 0 || tokens >= chunk / 2);
    return began && rate > 0 && !asked && !enough && now - notBefore >= 0;
  }

  /** How many tokens to ask for, by what was used; to be answered by one of the next two. */
  long ask(long rate, long now) {
    asked = true;
    double seconds = Math.max(SHORTEST, now - usedSince) / SECOND;
    double most = Math.max(1, rate / 10.0);
    double want = Math.max(1, Math.min(most, used / seconds)) + Math.max(0, -tokens);
    used = 0;
    usedSince = now;
    return (long) Math.ceil(want);
  }

  /**
   * @param waitMs until Redis has more, where it gave less than was wanted
   */
  void granted(long amount, long waitMs, long now) {
    asked = false;
    tokens += amount;
    if (amount > 0) {
      chunk = Math.max(1, tokens);
      leaseEnd = now + LIFE;
    }
    notBefore = now + waitMs * 1_000_000;
  }

  /** Redis is away: this node goes by its own measure, the whole rate. */
  void unanswered(long rate, long now) {
    asked = false;
    double most = burst(rate) / rate * SECOND;
    double span = Math.min(most, now - ownMeasure);
    long credit = (long) (span / SECOND * rate);
    ownMeasure = now - (long) (span - credit * SECOND / rate);
    granted(credit, 0, now);
    notBefore = now + Math.min(RETRY, (long) (SECOND / Math.max(1, rate)) + SHORTEST);
  }

  /** What may come at once: a quarter of a second's worth, at least 1. As the script has it. */
  private static double burst(long rate) {
    return Math.max(1, rate / 4.0);
  }

  /** Returns whether it is as if it had never been used. */
  boolean idle(long now) {
    return !asked && (Double.isNaN(tokens) || tokens >= 1 || now - seen > 30 * (long) SECOND);
  }
}
