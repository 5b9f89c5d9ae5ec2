package dev.holdfast.limits;

/**
 * One rate of one account at this node: tokens that the node took from Redis and has not used yet.
 * While there is a token, anything may go, whatever it costs. The cost beyond the tokens becomes a
 * debt, which is paid first. So the rate is kept over time, although one cost may be larger than
 * the burst. Guarded by its account.
 *
 * <p>Tokens from Redis expire, so that a node does not keep from the others what it does not use. A
 * small part of the rate drips in at each node without asking: a client that does little costs
 * Redis nothing.
 */
final class Bucket {
  /** The wait while the rate is 0: until it is changed. */
  static final long NEVER = Long.MAX_VALUE;

  /** The part of the rate that drips in, at all nodes together. */
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

  /** Whether somebody found no token since Redis was asked last. */
  private boolean missed;

  /**
   * Returns how long to wait until something may go.
   *
   * @param rate per second
   * @return at least so many ms; 0: it may go now; NEVER: the rate is 0
   */
  long delay(long rate, int nodes, long now) {
    if (rate == 0) {
      return NEVER;
    }
    settle(rate, nodes, now);
    if (tokens >= 1) {
      return 0;
    }
    missed = true;
    long ms = asked ? UNDER_WAY_MS : (notBefore - now) / 1_000_000 + 1;
    return Math.max(1, Math.min(LONGEST_HINT_MS, ms));
  }

  /** Takes tokens; called after {@link #delay} returned 0. The rest becomes a debt. */
  void take(long amount) {
    tokens -= amount;
    used += amount;
  }

  /** Adds what has dripped in since the last call, and drops what has expired. */
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

  /**
   * Returns whether Redis is to be asked now: before tokens from there are used up. Who uses no
   * more than what drips in, such as a user who connects, is served without Redis.
   */
  boolean lacks(long rate, long now) {
    boolean began = !Double.isNaN(tokens);
    boolean drips = now - leaseEnd > 0;
    boolean enough = drips ? tokens >= 0 && !missed : tokens >= 1 && tokens >= chunk / 2;
    return began && rate > 0 && !asked && !enough && now - notBefore >= 0;
  }

  /**
   * Returns how many tokens to ask for, judged by recent use. One of the next two methods answers
   * it.
   */
  long ask(long rate, long now) {
    asked = true;
    missed = false;
    double seconds = Math.max(SHORTEST, now - usedSince) / SECOND;
    double most = Math.max(1, rate / 10.0);
    double want = Math.max(1, Math.min(most, used / seconds)) + Math.max(0, -tokens);
    used = 0;
    usedSince = now;
    return (long) Math.ceil(want);
  }

  /**
   * @param waitMs time until Redis has more, if it gave less than was wanted
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

  /** Goes on without Redis: this node grants itself the whole rate. */
  void unanswered(long rate, long now) {
    asked = false;
    double most = burst(rate) / rate * SECOND;
    double span = Math.min(most, now - ownMeasure);
    long credit = (long) (span / SECOND * rate);
    ownMeasure = now - (long) (span - credit * SECOND / rate);
    granted(credit, 0, now);
    notBefore = now + Math.min(RETRY, (long) (SECOND / Math.max(1, rate)) + SHORTEST);
  }

  /**
   * Returns the burst: a quarter of a second's worth, at least 1. The script uses the same rule.
   */
  private static double burst(long rate) {
    return Math.max(1, rate / 4.0);
  }

  /** Returns whether the bucket can be forgotten: a new one would answer the same. */
  boolean idle(long now) {
    return !asked && (Double.isNaN(tokens) || tokens >= 1 || now - seen > 30 * (long) SECOND);
  }
}
