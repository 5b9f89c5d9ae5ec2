package dev.holdfast.app.memory;

import dev.holdfast.testkit.client.ManualClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A healthy client: publishes, and notes how long its own event takes to come back. */
final class Probe implements AutoCloseable {
  private static final String CHANNEL = "topic:probe";
  private static final long PAUSE_MS = 25;

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final ManualClient client;
  private final List<Double> millis = new ArrayList<>();
  private int n;

  /**
   * @param client open, its hello sent
   */
  Probe(ManualClient client) {
    this.client = client;
    client.await("welcome");
    client.send("subscribe", Map.of("id", "s", "channel", CHANNEL));
    client.await("live", CHANNEL);
    clock.scheduleWithFixedDelay(this::once, 0, PAUSE_MS, TimeUnit.MILLISECONDS);
  }

  private void once() {
    int number = ++n;
    long sentAt = System.nanoTime();
    client.send(
        "publish",
        Map.of("id", "p" + number, "channel", CHANNEL, "event", "e", "data", number, "n", number));
    client.await("event", CHANNEL);
    took((System.nanoTime() - sentAt) / 1e6);
  }

  private synchronized void took(double ms) {
    millis.add(ms);
  }

  synchronized int count() {
    return millis.size();
  }

  /** Of those since the last call, sorted. */
  synchronized Latencies take() {
    List<Double> sorted = millis.stream().sorted().toList();
    millis.clear();
    return new Latencies(sorted);
  }

  /**
   * @param sorted in ms
   */
  record Latencies(List<Double> sorted) {
    double at(double part) {
      int index = (int) Math.min(sorted.size() - 1, Math.floor(part * sorted.size()));
      return sorted.isEmpty() ? 0 : sorted.get(index);
    }

    @Override
    public String toString() {
      return "%d probes, p50 %.1f ms, p99 %.1f ms, max %.1f ms"
          .formatted(sorted.size(), at(0.5), at(0.99), at(1));
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
