package dev.holdfast.gateway.connection.pace;

/** A rate with a burst of one second's worth. Confined to one thread. */
final class TokenBucket {
  private final double perNano;
  private final double capacity;
  private double tokens;
  private long filled;

  /**
   * @param rate per second, at least 1
   * @param now by {@link System#nanoTime}
   */
  TokenBucket(int rate, long now) {
    this.perNano = rate / 1e9;
    this.capacity = rate;
    this.tokens = rate;
    this.filled = now;
  }

  /** Takes one and returns 0; or takes none, and returns the ms after which there will be one. */
  long take(long now) {
    tokens = Math.min(capacity, tokens + (now - filled) * perNano);
    filled = now;
    if (tokens >= 1) {
      tokens -= 1;
      return 0;
    }
    return Math.max(1, (long) Math.ceil((1 - tokens) / perNano / 1e6));
  }
}
