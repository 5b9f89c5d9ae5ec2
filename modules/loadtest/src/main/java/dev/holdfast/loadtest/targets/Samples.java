package dev.holdfast.loadtest.targets;

import dev.holdfast.loadtest.report.Result.NodeSecond;
import dev.holdfast.loadtest.report.Result.RedisSecond;
import dev.holdfast.redis.RedisConfig;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the target's nodes and its Redis once a second, beside the run: what they don't answer
 * is missing, and nothing waits for it. Any thread.
 */
public final class Samples implements AutoCloseable {
  private final Map<TargetNode, NodeProbe> nodes = new LinkedHashMap<>();
  private final @Nullable RedisProbe redis;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Samples::thread);

  /** Begins to look. */
  public Samples(Vertx vertx, Target target) {
    target.nodes().forEach(node -> nodes.put(node, new NodeProbe(target, node)));
    String uri = target.redis();
    redis = uri == null ? null : new RedisProbe(vertx, RedisConfig.of(uri));
    timer.scheduleAtFixedRate(this::look, 0, 1, TimeUnit.SECONDS);
  }

  private void look() {
    nodes.values().forEach(NodeProbe::ask);
    if (redis != null) {
      redis.ask();
    }
  }

  public List<NodeSecond> nodes() {
    return nodes.values().stream().map(NodeProbe::second).toList();
  }

  /** Returns the newest of its Redis; none: that is not known. */
  public @Nullable RedisSecond redis() {
    return redis == null ? null : redis.second();
  }

  /** Sums the last samples of all nodes; none: one node did not report it. */
  public @Nullable Double sum(String name, String label) {
    var parts =
        nodes.values().stream()
            .map(NodeProbe::metrics)
            .map(metrics -> metrics == null ? null : metrics.sum(name, label))
            .toList();
    return parts.stream().anyMatch(Objects::isNull)
        ? null
        : (Double) parts.stream().mapToDouble(Double::doubleValue).sum();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    if (redis != null) {
      redis.close();
    }
  }

  private static Thread thread(Runnable task) {
    var thread = new Thread(task, "load-samples");
    thread.setDaemon(true);
    return thread;
  }
}
