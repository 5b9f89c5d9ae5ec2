package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.report.Result.NodeSecond;
import dev.holdfast.loadtest.report.Result.RedisSecond;
import dev.holdfast.loadtest.report.Result.Second;
import dev.holdfast.loadtest.run.figures.Measured;
import dev.holdfast.loadtest.run.workers.Clock;
import dev.holdfast.loadtest.run.workers.WorkerLink;
import dev.holdfast.loadtest.run.workers.Workers;
import dev.holdfast.loadtest.targets.ProcessFigures;
import dev.holdfast.loadtest.targets.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The run second by second: a second ends when every worker has reported since the last one did, or
 * when one is late with it. Any thread.
 */
final class Timeline {
  private static final double MICROS = 1e6;
  private static final double MILLIS = 1e3;
  private static final double SECOND_S = 0.9;
  private static final double LATE_S = 1.5;
  private static final int MOST_SECONDS = 7_200;

  private final Workers workers;
  private final Samples samples;
  private final Recorder recorder;
  private final BiConsumer<Second, Counters> listener;
  private final long start = Clock.micros();
  private final List<Second> seconds = new ArrayList<>();
  private long ticks;
  private long stride = 1;
  private long last = start;
  private Counters before = Counters.NONE;
  private String phase = "start";
  private boolean measuring;
  private boolean measuredSoFar;
  private Measured measured = Measured.NOTHING;
  private double @Nullable [] machineBegan;
  private double @Nullable [] machineEnded;

  /**
   * @param listener takes each second, with all counters
   */
  Timeline(
      Workers workers, Samples samples, Recorder recorder, BiConsumer<Second, Counters> listener) {
    this.workers = workers;
    this.samples = samples;
    this.recorder = recorder;
    this.listener = listener;
  }

  /** Seconds since the start. */
  double now() {
    return (Clock.micros() - start) / MICROS;
  }

  synchronized void phase(String name) {
    phase = name;
  }

  synchronized void measuring(boolean on) {
    measuring = on;
    measuredSoFar = false;
    if (on) {
      machineBegan = ProcessFigures.machine();
      machineEnded = null;
    } else if (machineBegan != null && machineEnded == null) {
      machineEnded = ProcessFigures.machine();
    }
  }

  /** Ends the second, if it is time. */
  void tick() {
    tick(false);
  }

  /** Ends the last second, however short. */
  void end() {
    tick(true);
  }

  private void tick(boolean end) {
    Second second;
    Counters total = workers.counters();
    synchronized (this) {
      double lasted = (Clock.micros() - last) / MICROS;
      if (!end && (lasted < SECOND_S || lasted < LATE_S && !allReported())) {
        return;
      }
      second = second(total, lasted);
      keep(second);
      measure(total, second, lasted);
      before = total;
      last += Math.round(lasted * MICROS);
    }
    listener.accept(second, total);
  }

  /** Keeps a second. A longer run keeps a smaller part of its seconds, evenly spread. */
  private void keep(Second second) {
    if (ticks++ % stride == 0) {
      seconds.add(second);
    }
    if (seconds.size() >= MOST_SECONDS) {
      List<Second> all = List.copyOf(seconds);
      seconds.clear();
      for (int i = 0; i < all.size(); i += 2) {
        seconds.add(all.get(i));
      }
      stride *= 2;
    }
  }

  private boolean allReported() {
    return workers.links().stream()
        .map(WorkerLink::progress)
        .allMatch(progress -> progress != null && progress.at() > last);
  }

  private Second second(Counters total, double lasted) {
    Histogram delivery = recorder.takeSecond();
    return new Second(
        (last - start) / MICROS + lasted,
        phase,
        rate(total.published() - before.published(), lasted),
        rate(total.acknowledged() - before.acknowledged(), lasted),
        rate(total.received() - before.received(), lasted),
        rate(total.connects() - before.connects(), lasted),
        rate(total.called() - before.called(), lasted),
        total.attached(),
        percentile(delivery, 50),
        percentile(delivery, 99),
        percentile(delivery, 100),
        progress().stream().mapToDouble(Progress::cpu).max().orElse(0),
        progress().stream().mapToLong(Progress::lag).max().orElse(0),
        samples.nodes(),
        samples.redis());
  }

  private List<Progress> progress() {
    return workers.links().stream().map(WorkerLink::progress).filter(Objects::nonNull).toList();
  }

  /** Adds a second to the measured ones, if it was measured from its beginning to its end. */
  private void measure(Counters total, Second second, double lasted) {
    if (measuring && measuredSoFar) {
      measured =
          new Measured(
              measured.seconds() + lasted,
              measured.published() + total.published() - before.published(),
              measured.acknowledged() + total.acknowledged() - before.acknowledged(),
              measured.received() + total.received() - before.received(),
              measured.called() + total.called() - before.called(),
              plus(measured.serverCpu(), cpu(second.nodes()), lasted),
              plus(measured.redisCpu(), cpu(second.redis()), lasted),
              null);
    }
    measuredSoFar = measuring;
  }

  synchronized Measured measured() {
    return new Measured(
        measured.seconds(),
        measured.published(),
        measured.acknowledged(),
        measured.received(),
        measured.called(),
        measured.serverCpu(),
        measured.redisCpu(),
        machineBusy());
  }

  private @Nullable Double machineBusy() {
    if (machineBegan == null || machineEnded == null) {
      return null;
    }
    double there = machineEnded[1] - machineBegan[1];
    return there <= 0 ? null : (Double) ((machineEnded[0] - machineBegan[0]) / there);
  }

  synchronized List<Second> seconds() {
    return List.copyOf(seconds);
  }

  private static @Nullable Double cpu(List<NodeSecond> nodes) {
    var cores = nodes.stream().map(NodeSecond::cpu).filter(Objects::nonNull).toList();
    return cores.isEmpty() ? null : (Double) cores.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static @Nullable Double cpu(@Nullable RedisSecond redis) {
    return redis == null ? null : redis.cpu();
  }

  private static @Nullable Double plus(
      @Nullable Double sum, @Nullable Double cores, double seconds) {
    if (cores == null) {
      return sum;
    }
    return (sum == null ? 0 : sum) + cores * seconds;
  }

  private static long rate(long count, double seconds) {
    return Math.round(Math.max(0, count) / seconds);
  }

  private static @Nullable Double percentile(Histogram micros, double percentile) {
    if (micros.getTotalCount() == 0) {
      return null;
    }
    long value = percentile >= 100 ? micros.getMaxValue() : micros.getValueAtPercentile(percentile);
    return value / MILLIS;
  }
}
