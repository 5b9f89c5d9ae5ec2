package dev.holdfast.loadtest;

import ch.qos.logback.classic.Level;
import dev.holdfast.loadtest.report.EndTable;
import dev.holdfast.loadtest.report.HtmlReport;
import dev.holdfast.loadtest.report.LiveView;
import dev.holdfast.loadtest.report.Medians;
import dev.holdfast.loadtest.report.Requirement;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Outcome;
import dev.holdfast.loadtest.report.ResultJson;
import dev.holdfast.loadtest.report.Terminal;
import dev.holdfast.loadtest.run.Coordinator;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.local.Scratch;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command: runs the scenarios that were asked for, and writes their reports. */
final class Job {
  private static final long GRACE_S = 15;
  private static final int LOOPS = 2;

  private final Scenario scenario;
  private final Settings settings;
  private final Targets targets;
  private final WorkersConfig workers;
  private final List<Requirement> requirements;
  private final OutputOptions output;
  private final Terminal terminal = Terminal.detect();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable Coordinator running;
  private volatile boolean interrupted;

  Job(
      Scenario scenario,
      Settings settings,
      Targets targets,
      WorkersConfig workers,
      List<Requirement> requirements,
      OutputOptions output) {
    this.scenario = scenario;
    this.settings = settings;
    this.targets = targets;
    this.workers = workers;
    this.requirements = List.copyOf(requirements);
    this.output = output;
  }

  /**
   * @return the process' exit code
   */
  int run(PrintWriter out) throws IOException, InterruptedException {
    quieten();
    Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "load-stop"));
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    try {
      return report(runs(vertx, out), out);
    } finally {
      over.countDown();
      vertx.close().onFailure(failure -> out.println(failure.getMessage()));
    }
  }

  /** Below a warning nothing is worth a line between those of the run. */
  private static void quieten() {
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
        instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(Level.WARN);
    }
  }

  /** Writes a partial report before the process ends. Called from a shutdown hook. */
  private void interrupt() {
    interrupted = true;
    Coordinator current = running;
    if (current != null && over.getCount() > 0) {
      current.interrupt();
    }
    try {
      over.await(GRACE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs until one result is partial, or all runs are done. */
  private List<Result> runs(Vertx vertx, PrintWriter out) throws InterruptedException {
    List<Result> results = new ArrayList<>();
    for (int i = 1; i <= output.repeat && !interrupted; i++) {
      if (output.repeat > 1) {
        out.printf("run %d of %d%n", i, output.repeat);
        out.flush();
      }
      results.add(once(vertx, out));
      if (results.get(i - 1).partial()) {
        break;
      }
    }
    return results;
  }

  private Result once(Vertx vertx, PrintWriter out) throws InterruptedException {
    try (var scratch = new Scratch("holdfast-load-");
        Target target = targets.target(scratch.folder());
        var view = new LiveView(out, terminal, scenario.name(), scenario.estimate(settings));
        var coordinator = new Coordinator(scenario, settings, target, workers, vertx, view)) {
      running = coordinator;
      if (interrupted) {
        coordinator.interrupt();
      }
      Result result = coordinator.run(scratch.folder());
      if (result.partial() && !interrupted) {
        scratch.keepLogs();
        view.note("the logs of its processes are in " + scratch.folder());
      }
      return result;
    } finally {
      running = null;
    }
  }

  private int report(List<Result> results, PrintWriter out) throws IOException {
    if (results.isEmpty()) {
      return LoadExit.BROKEN_OFF;
    }
    Result result = checked(Medians.of(results));
    List<Path> files = new ArrayList<>();
    if (output.json != null) {
      ResultJson.write(result, output.json);
      files.add(output.json);
    }
    if (output.html != null) {
      HtmlReport.write(result, output.html);
      files.add(output.html);
    }
    EndTable.print(result, files, out, terminal);
    out.flush();
    if (result.partial()) {
      return LoadExit.BROKEN_OFF;
    }
    boolean held = result.requirements().stream().allMatch(Outcome::held);
    return held ? LoadExit.OK : LoadExit.NOT_HELD;
  }

  private Result checked(Result result) {
    return new Result(
        result.format(),
        result.version(),
        result.scenario(),
        result.started(),
        result.seconds(),
        result.partial(),
        result.problems(),
        result.environment(),
        result.settings(),
        result.figures(),
        result.ledgers(),
        result.counters(),
        result.series(),
        result.timeline(),
        result.marks(),
        requirements.stream().map(requirement -> requirement.check(result)).toList());
  }
}
