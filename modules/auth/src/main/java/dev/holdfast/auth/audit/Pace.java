package dev.holdfast.auth.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Bounds entries of one kind that cost whoever causes them nothing: of each tenant {@value #BURST}
 * at once and one a second, of all together {@value #NODE_BURST} and {@value #NODE_RATE} a second.
 * Any thread.
 */
final class Pace {
  static final int BURST = 20;
  static final int NODE_BURST = 200;
  static final int NODE_RATE = 20;

  /** Who was refused nothing for longest is forgotten, and has its burst again. */
  private static final int MOST_TENANTS = 1_000;

  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Bucket all = new Bucket(NODE_BURST, NODE_RATE);
  private final Map<String, Bucket> tenants =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_TENANTS;
        }
      };

  private static final class Bucket {
    private final int burst;
    private final int rate;
    private double left;
    private long at;
    private long missed;

    Bucket(int burst, int rate) {
      this.burst = burst;
      this.rate = rate;
      this.left = burst;
    }

    boolean has(long now) {
      left = at == 0 ? burst : Math.min(burst, left + (now - at) / SECOND * rate);
      at = now;
      return left >= 1;
    }
  }

  /**
   * Takes a place.
   *
   * @param now ns, of a clock that never goes back
   * @return how many had none since the last one of the tenant; -1: this one has none either
   */
  synchronized long take(String tenant, long now) {
    Bucket own = tenants.computeIfAbsent(tenant, fresh -> new Bucket(BURST, 1));
    if (!own.has(now) || !all.has(now)) {
      own.missed++;
      return -1;
    }
    own.left--;
    all.left--;
    long missed = own.missed;
    own.missed = 0;
    return missed;
  }
}
