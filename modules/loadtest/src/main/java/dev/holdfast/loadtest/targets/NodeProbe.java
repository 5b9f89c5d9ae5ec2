package dev.holdfast.loadtest.targets;

import dev.holdfast.loadtest.report.Result.NodeSecond;
import java.net.http.HttpResponse;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one node, asked once a second. An answer that takes long is waited for, and the next
 * question with it. Any thread; never blocks on the node.
 */
final class NodeProbe {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProbe.class);
  private static final double NS = 1e9;

  /** A node that is busy may be late with an answer; one that is silent for longer is down. */
  private static final long SILENCE_NS = 4_000_000_000L;

  private final Target target;
  private final TargetNode node;
  private @Nullable MetricsText last;
  private long heard;
  private boolean asking;
  private boolean refused;
  private @Nullable Double cpuSeconds;
  private long cpuAt;
  private @Nullable Double cores;

  NodeProbe(Target target, TargetNode node) {
    this.target = target;
    this.node = node;
  }

  /** Asks again, unless an answer is still under way. */
  synchronized void ask() {
    OptionalLong pid = target.pid(node);
    if (pid.isPresent()) {
      cpu(ProcessFigures.cpuSeconds(pid.getAsLong()));
    }
    if (!asking && target.hasMetrics()) {
      asking = true;
      Http.ask(node.operators(), "/metrics").whenComplete(this::answered);
    } else if (!asking && pid.isEmpty()) {
      asking = true;
      Http.ask(node.url(), "/health/live").whenComplete(this::alive);
    }
  }

  /** All that is known of one without metrics. */
  private synchronized void alive(
      @Nullable HttpResponse<String> answer, @Nullable Throwable failure) {
    asking = false;
    refused = failure != null;
    heard = refused ? heard : System.nanoTime();
  }

  private synchronized void answered(
      @Nullable HttpResponse<String> answer, @Nullable Throwable failure) {
    asking = false;
    refused = failure != null;
    if (answer == null || failure != null || answer.statusCode() != 200) {
      LOG.debug("{} gave no metrics: {}", node.name(), failure);
      return;
    }
    var metrics = new MetricsText(answer.body());
    last = metrics;
    heard = System.nanoTime();
    if (target.pid(node).isEmpty()) {
      Double nanos = metrics.sum("process_cpu_time_ns_total", "");
      cpu(nanos == null ? null : nanos / NS);
    }
  }

  private void cpu(@Nullable Double seconds) {
    long now = System.nanoTime();
    // A node that was started anew begins at 0 again.
    Double before = cpuSeconds;
    cores =
        seconds == null || before == null || seconds < before
            ? null
            : (Double) ((seconds - before) / ((now - cpuAt) / NS));
    cpuSeconds = seconds;
    cpuAt = now;
  }

  synchronized NodeSecond second() {
    if (!target.hasMetrics()) {
      return ofProcess();
    }
    if (last == null || !answers()) {
      return new NodeSecond(node.name(), false, null, null, null, null);
    }
    OptionalLong pid = target.pid(node);
    Long rss = pid.isPresent() ? ProcessFigures.rss(pid.getAsLong()) : null;
    return new NodeSecond(
        node.name(),
        true,
        whole(last.sum("holdfast_connections", "")),
        cores,
        rss,
        whole(last.sum("jvm_memory_used_bytes", "area=\"heap\"")));
  }

  private NodeSecond ofProcess() {
    OptionalLong pid = target.pid(node);
    return pid.isEmpty()
        ? new NodeSecond(node.name(), answers(), null, null, null, null)
        : new NodeSecond(node.name(), true, null, cores, ProcessFigures.rss(pid.getAsLong()), null);
  }

  private boolean answers() {
    return heard != 0 && !refused && System.nanoTime() - heard < SILENCE_NS;
  }

  /** The last metrics of the node; none: it has not answered yet. */
  synchronized @Nullable MetricsText metrics() {
    return last;
  }

  private static @Nullable Long whole(@Nullable Double value) {
    return value == null ? null : Math.round(value);
  }
}
