package dev.holdfast.loadtest.run;

import dev.holdfast.embedded.processes.ProcessException;
import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.RunView;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.workers.Clock;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.TargetException;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Runs a scenario once: has workers do its steps, gathers what they and the target report, and
 * makes the result, which is partial if the run broke off. {@link #run} blocks; {@link #interrupt}
 * and {@link #close} may come from any thread.
 */
public final class Coordinator implements AutoCloseable {
  private static final long PATIENCE_MS = 15_000;
  private static final double READY_S = 60;
  private static final double COUNTING_S = 300;
  private static final long TICK_MS = 100;

  private final Scenario scenario;
  private final Settings settings;
  private final Vertx vertx;
  private final RunState state;

  /**
   * @param target not started yet; whoever gives it closes it
   */
  public Coordinator(
      Scenario scenario,
      Settings settings,
      Target target,
      WorkersConfig workersConfig,
      Vertx vertx,
      RunView view) {
    this.scenario = scenario;
    this.settings = settings;
    this.vertx = vertx;
    this.state = new RunState(settings, target, workersConfig, vertx, view);
  }

  /**
   * @param folder for the workers' logs
   * @throws TargetException if it could not begin: the target or a worker can't be had
   */
  public Result run(Path folder) throws InterruptedException {
    Instant started = Instant.now();
    state.start(folder);
    long ticks = vertx.setPeriodic(TICK_MS, id -> state.timeline().tick());
    try {
      Shape shape = scenario.shape(settings);
      var run = new Run(state, settings, shape);
      boolean finished = finished(run, shape);
      state.timeline().end();
      return new Assembly(scenario, settings, state, shape).result(started, run, finished);
    } finally {
      vertx.cancelTimer(ticks);
      state.samples().close();
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
      state.problem(String.valueOf(e.getMessage()));
    } catch (TargetException | ProcessException e) {
      if (state.workers().counters().connects() == 0) {
        throw e;
      }
      state.problem(String.valueOf(e.getMessage()));
    }
    return false;
  }

  private void assign(Run run, Shape shape) throws InterruptedException {
    String id = Long.toString(Clock.micros(), Character.MAX_RADIX);
    state
        .workers()
        .assign(
            new Plan(
                id,
                state.target().address(),
                shape.groups(),
                shape.flows(),
                shape.calls(),
                settings.connectRate(),
                PATIENCE_MS));
    try {
      run.await("that the workers are ready", READY_S, state.workers()::ready);
    } catch (BrokenOffException e) {
      throw new TargetException(String.valueOf(e.getMessage()));
    }
  }

  /** Counts losses, which are known when every worker knows all that was published. */
  private void count(Run run) throws InterruptedException {
    state.measuring(false);
    state.phase("count");
    state.workers().send(new ToWorker.Finish(state.totals()));
    run.await("that the workers count what they got", COUNTING_S, state.workers()::done);
    Sound.putUnpublished(run, state.workers().unpublished());
    if (!state.workers().complete()) {
      Counters now = state.workers().counters();
      state.problem(
          "at the end not every client had everything: %,d of %,d attached, %,d caught up"
              .formatted(now.attached(), now.clients(), now.live()));
    }
  }

  /** Ends the run soon, with a partial result. */
  public void interrupt() {
    state.interrupt();
  }

  @Override
  public void close() {
    state.close();
  }
}
