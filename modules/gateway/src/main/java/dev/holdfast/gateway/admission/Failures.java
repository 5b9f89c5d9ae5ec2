package dev.holdfast.gateway.admission;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts how often clients of an address failed to come in, or to show a valid token. Each of at
 * most 10,000 addresses has a bucket; the address whose last failure is longest ago is forgotten
 * first. Safe on any thread.
 */
final class Failures {
  private static final int MOST_ADDRESSES = 10_000;
  private static final int BURST_SECONDS = 10;

  private final double perNano;
  private final double most;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  private static final class Bucket {
    private double failed;
    private long seen;
  }

  /**
   * @param rate per second; ten times as many at once
   */
  Failures(int rate) {
    this.perNano = rate / 1e9;
    this.most = (double) rate * BURST_SECONDS;
  }

  synchronized void failed(String key, long now) {
    Bucket bucket = buckets.computeIfAbsent(key, fresh -> new Bucket());
    drain(bucket, now);
    bucket.failed = Math.min(most + 1, bucket.failed + 1);
  }

  /** Returns the time in ms after which one more may be tried; 0: now. */
  synchronized long wait(String key, long now) {
    Bucket bucket = buckets.isEmpty() ? null : buckets.get(key);
    if (bucket == null) {
      return 0;
    }
    drain(bucket, now);
    if (bucket.failed == 0) {
      buckets.remove(key);
    }
    double over = bucket.failed + 1 - most;
    return over <= 0 ? 0 : Math.max(1, (long) Math.ceil(over / perNano / 1e6));
  }

  synchronized int addresses() {
    return buckets.size();
  }

  private void drain(Bucket bucket, long now) {
    bucket.failed = Math.max(0, bucket.failed - (now - bucket.seen) * perNano);
    bucket.seen = now;
  }
}
