package dev.holdfast.app.cluster.outage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** Publishes steadily to many channels, 200 a second over all, each channel numbered from 1. */
final class Ticks implements AutoCloseable {
  private static final int PER_TICK = 2;

  private final List<String> channels;
  private final BiFunction<String, Long, CompletableFuture<?>> publish;
  private final Map<String, Long> numbers = new HashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private int turn;
  private boolean started;

  /**
   * @param publish a number to a channel; completes when it is stored, in the order of the calls
   */
  Ticks(List<String> channels, BiFunction<String, Long, CompletableFuture<?>> publish) {
    this.channels = channels;
    this.publish = publish;
  }

  List<String> channels() {
    return channels;
  }

  /** From the first call on. */
  void start() {
    if (!started) {
      started = true;
      clock.scheduleAtFixedRate(this::tick, 0, 10, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    for (int i = 0; i < PER_TICK; i++) {
      String channel = channels.get(turn++ % channels.size());
      long number = numbers.merge(channel, 1L, Long::sum);
      publish.apply(channel, number).whenComplete((stored, failure) -> note(channel, failure));
    }
  }

  private void note(String channel, Throwable failure) {
    if (failure != null) {
      synchronized (failures) {
        failures.add(channel + ": " + failure);
      }
    }
  }

  /** What was given up. */
  List<String> failures() {
    synchronized (failures) {
      return List.copyOf(failures);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
