package dev.holdfast.testkit.attacks;

import dev.holdfast.testkit.Metrics;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The most that nodes and their Redis took, looked at several times a second. */
final class Vitals implements AutoCloseable {
  private static final long PERIOD_MS = 250;
  private static final int KIB = 1_024;
  private static final Pattern KIND = Pattern.compile("kind=\"([^\"]*)\"");

  private final TestCluster cluster;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Bystanders::daemon);
  private final Map<String, Outcome.Share> budgets = new ConcurrentHashMap<>();
  private final long usedBefore;
  private final long storeLimit;
  private volatile long residentMiB;
  private volatile int series;
  private volatile long used;

  Vitals(TestCluster cluster) {
    this.cluster = cluster;
    String memory = cluster.redis().text("INFO", "memory");
    usedBefore = number(memory, "used_memory");
    storeLimit = number(memory, "maxmemory");
    used = usedBefore;
    clock.scheduleWithFixedDelay(this::look, 0, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      used = Math.max(used, number(cluster.redis().text("INFO", "memory"), "used_memory"));
    } catch (RuntimeException notNow) {
      // As below.
    }
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

  private static long number(String info, String name) {
    Matcher found = Pattern.compile("(?m)^" + name + ":(\\d+)").matcher(info);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
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
      Double limit = limits.get(sample.labels());
      Matcher kind = KIND.matcher(sample.labels());
      if (sample.name().equals("holdfast_budget_bytes") && limit != null && kind.find()) {
        var share = new Outcome.Share(sample.value(), limit);
        budgets.merge(kind.group(1), share, Outcome.Share::most);
      }
    }
  }

  /** Returns the most of everything since the begin. */
  Outcome.Taken taken() {
    double store = storeLimit == 0 ? 0 : (double) used / storeLimit;
    return new Outcome.Taken(residentMiB, budgets, series, (used - usedBefore) >> 20, store);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
