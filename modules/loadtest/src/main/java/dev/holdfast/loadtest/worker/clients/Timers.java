package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Errors;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks for later, of all clients of an event loop. The loop's tick checks them, so that no client
 * has a timer of its own. Confined to that loop.
 */
final class Timers {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);

  private final Clock clock;
  private final Errors errors;
  private final TreeSet<Timer> waiting = new TreeSet<>();
  private long made;
  private long now;

  /**
   * @param errors gets what a task throws, as {@code internal}
   */
  Timers(Clock clock, Errors errors) {
    this.clock = clock;
    this.errors = errors;
    this.now = clock.micros();
  }

  /**
   * @param at µs
   */
  private record Timer(long at, long number, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      int order = Long.compare(at, other.at);
      return order == 0 ? Long.compare(number, other.number) : order;
    }
  }

  /**
   * Runs the task with the first tick after that time.
   *
   * @return cancels it
   */
  Runnable after(long millis, Runnable task) {
    var timer = new Timer(clock.micros() + millis * 1_000, ++made, task);
    waiting.add(timer);
    return () -> waiting.remove(timer);
  }

  /**
   * @param micros the time now
   */
  void tick(long micros) {
    now = micros;
    while (!waiting.isEmpty() && waiting.first().at() <= micros) {
      run(waiting.pollFirst().task());
    }
  }

  /** A client's task that fails does not keep those of the others waiting. */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      errors.count("internal", e);
      LOG.warn("A client's task failed", e);
    }
  }

  /** Returns the time of the last tick, ms: exact enough for a silence, and free. */
  long millis() {
    return now / 1_000;
  }
}
