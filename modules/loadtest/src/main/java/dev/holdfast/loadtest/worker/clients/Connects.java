package dev.holdfast.loadtest.worker.clients;

import java.util.ArrayDeque;
import java.util.Collection;

/**
 * Opens first connections: at a rate, whatever became of those before, or with so many under way.
 * Confined to one event loop.
 */
final class Connects {
  private static final double MICROS_PER_SECOND = 1e6;

  private final double rate;
  private final int atOnce;
  private final double phase;
  private final ArrayDeque<LoadClient> waiting = new ArrayDeque<>();
  private long since;
  private long begun;
  private int underWay;

  /**
   * @param rate per second; 0: {@code atOnce} are under way
   * @param phase 0 to 1: how far into an interval the first one is due
   */
  Connects(double rate, int atOnce, double phase) {
    this.rate = rate;
    this.atOnce = atOnce;
    this.phase = phase;
  }

  void add(Collection<? extends LoadClient> clients, long now) {
    if (waiting.isEmpty()) {
      since = now;
      begun = 0;
    }
    waiting.addAll(clients);
  }

  void remove(Collection<? extends LoadClient> clients) {
    waiting.removeAll(java.util.Set.copyOf(clients));
  }

  /** Counts those that are not begun yet. */
  int waiting() {
    return waiting.size();
  }

  /** A first attempt has come to an end, good or bad. */
  void settled() {
    underWay--;
  }

  void tick(long now) {
    long due = (long) ((now - since) / MICROS_PER_SECOND * rate + 1 - phase);
    while (!waiting.isEmpty() && (rate > 0 ? begun < due : underWay < atOnce)) {
      begun++;
      underWay++;
      waiting.poll().connect();
    }
  }
}
