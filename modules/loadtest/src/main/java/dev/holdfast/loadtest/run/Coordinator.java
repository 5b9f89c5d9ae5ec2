package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.report.LiveView;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Mark;
import dev.holdfast.loadtest.report.Result.NodeSecond;
import dev.holdfast.loadtest.targets.Samples;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.TargetException;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a scenario once: has workers do its steps, gathers what they and the target tell, and makes
 * the result, which is partial where the run broke off. {@link #run} blocks; {@link #interrupt} and
 * {@link #close} may come from any thread.
 */
public final class Coordinator implements AutoCloseable {
  private static final long PATIENCE_MS = 15_000;
  private static final double READY_S = 60;
  private static final double COUNTING_S = 300;
  private static final double TARGET_SILENCE_S = 20;
  private static final long TICK_MS = 100;

  private final Scenario scenario;
  private final Settings settings;
  private final Target target;
  private final WorkersConfig workersConfig;
  private final Vertx vertx;
  private final LiveView view;
  private final Recorder recorder = new Recorder(Clock::micros);
  private final List<Mark> marks = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<String, Totals.Channel> elsewhere = new HashMap<>();
  private final Workers workers;
  private final Saturation saturation;
  private Samples samples;
  private Timeline timeline;
  private double answered;
  private boolean measuredOnce;
  private volatile boolean interrupted;

  /**
   * @param target not started yet; whoever gives it closes it
   */
  public Coordinator(
      Scenario scenario,
      Settings settings,
      Target target,
      WorkersConfig workersConfig,
      Vertx vertx,
      LiveView view) {
    this.scenario = scenario;
    this.settings = settings;
    this.target = target;
    this.workersConfig = workersConfig;
    this.vertx = vertx;
    this.view = view;
    this.workers = new Workers(vertx, workersConfig);
    this.saturation = new Saturation(share(workersConfig));
  }

  private static double share(WorkersConfig config) {
    return (double) config.processors().count("workers") / Math.max(1, config.local());
  }

  /**
   * @param folder for the workers' logs
   * @throws TargetException where it could not begin: the target or a worker can't be had
   */
  public Result run(Path folder) throws InterruptedException {
    Instant started = Instant.now();
    target.start();
    workers.start(folder, this::progress);
    samples = new Samples(vertx, target);
    timeline = new Timeline(workers, samples, recorder, view::show);
    long ticks = vertx.setPeriodic(TICK_MS, id -> timeline.tick());
    try {
      Shape shape = scenario.shape(settings);
      var run = new Run(this, settings, shape);
      boolean finished = finished(run, shape);
      timeline.end();
      return new Assembly(scenario, settings, this, shape).result(started, run, finished);
    } finally {
      vertx.cancelTimer(ticks);
      samples.close();
    }
  }

  private boolean finished(Run run, Shape shape) throws InterruptedException {
    try {
      assign(run, shape);
      scenario.run(run);
      count(run);
      Sound.putNodes(run);
      return true;
    } catch (BrokenOffException e) {
      problem(e.getMessage());
    } catch (TargetException e) {
      if (workers.counters().connects() == 0) {
        throw e;
      }
      problem(e.getMessage());
    }
    return false;
  }

  private void assign(Run run, Shape shape) throws InterruptedException {
    String id = Long.toString(Clock.micros(), Character.MAX_RADIX);
    workers.assign(
        new Plan(
            id,
            target.address(),
            shape.groups(),
            shape.flows(),
            shape.calls(),
            settings.connectRate(),
            PATIENCE_MS));
    try {
      run.await("that the workers are ready", READY_S, workers::ready);
    } catch (BrokenOffException e) {
      throw new TargetException(e.getMessage());
    }
  }

  /** What was lost is known when every worker knows all that was published. */
  private void count(Run run) throws InterruptedException {
    measuring(false);
    phase("count");
    Map<String, Totals.Channel> totals = new HashMap<>(workers.totals().channels());
    totals.putAll(elsewhere);
    workers.send(new ToWorker.Finish(new Totals(totals)));
    run.await("that the workers count what they got", COUNTING_S, workers::done);
    if (!workers.complete()) {
      Counters now = workers.counters();
      problem(
          "at the end not every client had everything: %,d of %,d attached, %,d caught up"
              .formatted(now.attached(), now.clients(), now.live()));
    }
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

  void measuring(boolean on) {
    if (on && !measuredOnce) {
      measuredOnce = true;
      recorder.open("");
    }
    saturation.measuring(on);
    timeline.measuring(on);
  }

  /** Throws where the run can't go on. */
  void check() {
    if (interrupted) {
      throw new BrokenOffException("interrupted");
    }
    if (timeline.now() > settings.limit()) {
      throw new BrokenOffException(
          "stopped at its limit of %s min".formatted(Settings.text(settings.limit() / 60)));
    }
    String trouble = workers.trouble() != null ? workers.trouble() : target.trouble();
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
  public void interrupt() {
    interrupted = true;
  }

  @Override
  public void close() {
    workers.close();
  }
}
