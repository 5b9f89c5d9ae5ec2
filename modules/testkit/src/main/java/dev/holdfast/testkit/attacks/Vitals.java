package dev.holdfast.testkit.attacks;

import dev.holdfast.testkit.Metrics;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The most that nodes took, looked at several times a second. */
final class Vitals implements AutoCloseable {
  private static final long PERIOD_MS = 250;
  private static final int KIB = 1_024;

  private final TestCluster cluster;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Bystanders::daemon);
  private volatile long residentMiB;
  private volatile double budget;
  private volatile String fullest = "";
  private volatile int series;

  Vitals(TestCluster cluster) {
    this.cluster = cluster;
    clock.scheduleWithFixedDelay(this::look, 0, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    for (TestNode node : cluster.nodes()) {
      try {
        residentMiB = Math.max(residentMiB, residentMiB(node.pid()));
        Metrics metrics = node.metrics();
        series = Math.max(series, metrics.samples().size());
        budgets(metrics);
      } catch (IOException | IllegalStateException notNow) {
        // A node that is too busy for this one look; that it lives is asked elsewhere.
      }
    }
  }

  private static long residentMiB(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    return Files.exists(status)
        ? Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB)
            .findFirst()
            .orElse(0)
        : 0;
  }

  private void budgets(Metrics metrics) {
    Map<String, Double> limits = new HashMap<>();
    for (Metrics.Sample sample : metrics.samples()) {
      if (sample.name().equals("holdfast_budget_limit_bytes")) {
        limits.put(sample.labels(), sample.value());
      }
    }
    for (Metrics.Sample sample : metrics.samples()) {
      if (sample.name().equals("holdfast_budget_bytes")) {
        double part = sample.value() / limits.getOrDefault(sample.labels(), Double.MAX_VALUE);
        if (part > budget) {
          budget = part;
          fullest = sample.labels();
        }
      }
    }
  }

  /** Returns the resident memory of one node. */
  long residentMiB() {
    return residentMiB;
  }

  /** The part of its limit that the fullest budget had. */
  double budget() {
    return budget;
  }

  String fullest() {
    return fullest;
  }

  /** Lines of metrics of one node. */
  int series() {
    return series;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
