package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.report.Result.Mark;
import dev.holdfast.loadtest.report.Result.NodeSecond;
import dev.holdfast.loadtest.report.RunView;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.workers.Clock;
import dev.holdfast.loadtest.run.workers.WorkerLink;
import dev.holdfast.loadtest.run.workers.Workers;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import dev.holdfast.loadtest.targets.Samples;
import dev.holdfast.loadtest.targets.Target;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parts of one run, and what is known of it so far. Any thread. */
final class RunState implements AutoCloseable {
  private static final double TARGET_SILENCE_S = 20;

  private final Settings settings;
  private final Target target;
  private final Vertx vertx;
  private final RunView view;
  private final WorkersConfig workersConfig;
  private final Workers workers;
  private final Recorder recorder = new Recorder(Clock::micros);
  private final Saturation saturation;
  private final List<Mark> marks = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<String, Totals.Channel> elsewhere = new HashMap<>();

  @SuppressWarnings("NullAway.Init")
  private Samples samples;

  @SuppressWarnings("NullAway.Init")
  private volatile Timeline timeline;

  private @Nullable Agents agents;
  private double answered;
  private boolean measuredOnce;
  private volatile boolean interrupted;

  RunState(
      Settings settings, Target target, WorkersConfig workersConfig, Vertx vertx, RunView view) {
    this.settings = settings;
    this.target = target;
    this.vertx = vertx;
    this.view = view;
    this.workersConfig = workersConfig;
    this.workers = new Workers(vertx, workersConfig);
    this.saturation = new Saturation(share(workersConfig));
  }

  private static double share(WorkersConfig config) {
    return (double) config.processors().count("workers") / Math.max(1, config.local());
  }

  /** Starts the target and the workers; blocks. */
  void start(Path folder) throws InterruptedException {
    synchronized (this) {
      agents = new Agents(this, folder);
    }
    target.start();
    workers.start(folder, this::progress);
    samples = new Samples(vertx, target);
    timeline = new Timeline(workers, samples, recorder, view::show);
  }

  private void progress(WorkerLink worker, Progress progress) {
    recorder.add(worker, progress);
    saturation.add(worker, progress);
    Timeline current = timeline;
    if (current != null) {
      current.tick();
    }
  }

  /** Published by others than the workers. */
  void publishedElsewhere(String key, Totals.Channel channel) {
    elsewhere.put(key, channel);
  }

  /** All that was published, by channel. */
  Totals totals() {
    Map<String, Totals.Channel> totals = new HashMap<>(workers.totals().channels());
    totals.putAll(elsewhere);
    return new Totals(totals);
  }

  void measuring(boolean on) {
    if (on && !measuredOnce) {
      measuredOnce = true;
      recorder.open("");
    }
    saturation.measuring(on);
    timeline.measuring(on);
  }

  /** Throws if the run can't go on. */
  void check() {
    if (interrupted) {
      throw new BrokenOffException("interrupted");
    }
    if (timeline.now() > settings.limit()) {
      throw new BrokenOffException(
          "stopped at its limit of %s min".formatted(Settings.text(settings.limit() / 60)));
    }
    String trouble =
        Stream.of(workers.trouble(), target.trouble(), agents().trouble())
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    if (trouble != null) {
      throw new BrokenOffException(trouble);
    }
    checkAnswers();
  }

  private void checkAnswers() {
    List<NodeSecond> nodes = samples.nodes();
    if (nodes.isEmpty() || nodes.stream().anyMatch(NodeSecond::up)) {
      answered = timeline.now();
    } else if (timeline.now() - answered > TARGET_SILENCE_S) {
      throw new BrokenOffException(
          "no node of the target has answered for %.0f s".formatted(TARGET_SILENCE_S));
    }
  }

  void phase(String name) {
    timeline.phase(name);
    mark("phase", name);
  }

  void mark(String kind, String text) {
    var mark = new Mark(timeline.now(), kind, text);
    synchronized (marks) {
      marks.add(mark);
    }
    view.mark(mark);
  }

  void problem(String text) {
    synchronized (problems) {
      problems.add(text);
    }
    view.note(text);
  }

  List<Mark> marks() {
    synchronized (marks) {
      return List.copyOf(marks);
    }
  }

  List<String> problems() {
    synchronized (problems) {
      return List.copyOf(problems);
    }
  }

  /** The processes that answer runs; those of a run that has started. */
  synchronized Agents agents() {
    return Objects.requireNonNull(agents, "not started");
  }

  Settings settings() {
    return settings;
  }

  Workers workers() {
    return workers;
  }

  WorkersConfig workersConfig() {
    return workersConfig;
  }

  Target target() {
    return target;
  }

  Samples samples() {
    return samples;
  }

  Timeline timeline() {
    return timeline;
  }

  Recorder recorder() {
    return recorder;
  }

  Saturation saturation() {
    return saturation;
  }

  /** Ends the run soon, with a partial result. */
  void interrupt() {
    interrupted = true;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (agents != null) {
        agents.close();
      }
    }
    workers.close();
  }
}
