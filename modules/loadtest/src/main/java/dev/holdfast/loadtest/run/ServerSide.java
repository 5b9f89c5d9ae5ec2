package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.report.Result.NodeSecond;
import dev.holdfast.loadtest.report.Result.RedisSecond;
import dev.holdfast.loadtest.report.Result.Second;
import dev.holdfast.loadtest.targets.ProcessFigures;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.Comparator;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Measures what the nodes and their Redis use at the moment. Any thread. */
public final class ServerSide {
  private final RunState state;

  ServerSide(RunState state) {
    this.state = state;
  }

  /** Seconds of processor time of all nodes' processes; none: they are not ours. */
  public @Nullable Double cpuSeconds() {
    return sum(ProcessFigures::cpuSeconds);
  }

  /** Bytes of memory of all nodes' processes; none: they are not ours. */
  public @Nullable Double rss() {
    return sum(
        pid -> {
          Long rss = ProcessFigures.rss(pid);
          return rss == null ? null : (Double) (double) rss;
        });
  }

  private @Nullable Double sum(LongFunction<Double> figure) {
    double sum = 0;
    for (TargetNode node : state.target().nodes()) {
      OptionalLong pid = state.target().pid(node);
      Double part = pid.isEmpty() ? null : figure.apply(pid.getAsLong());
      if (part == null) {
        return null;
      }
      sum += part;
    }
    return sum;
  }

  /** Sums the last samples of all nodes; none: one node did not report it. */
  public @Nullable Double sample(String metric, String label) {
    return state.samples().sum(metric, label);
  }

  public @Nullable Double redisMemory() {
    RedisSecond redis = state.samples().redis();
    return redis == null || redis.memory() == null ? null : (Double) (double) redis.memory();
  }

  public @Nullable Double redisKeys() {
    RedisSecond redis = state.samples().redis();
    return redis == null || redis.keys() == null ? null : (Double) (double) redis.keys();
  }

  /** Commands of Redis for each acknowledged publication since then; none: not known. */
  public @Nullable Double redisCommandsEach(double since) {
    double commands = 0;
    long acknowledged = 0;
    for (Second second : state.timeline().seconds()) {
      RedisSecond redis = second.redis();
      if (second.t() > since && redis != null && redis.opsPerSecond() != null) {
        commands += redis.opsPerSecond();
        acknowledged += second.acknowledged();
      }
    }
    return acknowledged == 0 ? null : (Double) (commands / acknowledged);
  }

  /** Returns the most heap, in bytes, that all nodes had in use in a second of the run. */
  public @Nullable Double heapPeak() {
    return state.timeline().seconds().stream()
        .map(ServerSide::heap)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }

  private static @Nullable Double heap(Second second) {
    var heaps = second.nodes().stream().map(NodeSecond::heap).filter(Objects::nonNull).toList();
    return heaps.isEmpty() ? null : (Double) (double) heaps.stream().mapToLong(h -> h).sum();
  }
}
