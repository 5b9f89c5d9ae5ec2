package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.run.figures.Findings;
import dev.holdfast.loadtest.run.workers.WorkerLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds out whether the measuring side was the bottleneck. Any thread. */
final class Saturation {
  private static final double MOST_CPU = 0.85;
  private static final double MOST_MACHINE = 0.95;
  private static final long MOST_LAG_MICROS = 20_000;

  /** A worker while the measuring went on. */
  private static final class Seen {
    int seconds;
    int saturated;
    int lagged;
    long longestLag;
  }

  private final double share;
  private final Map<String, Seen> workers = new HashMap<>();
  private boolean measuring;

  /**
   * @param share cores that each worker may have
   */
  Saturation(double share) {
    this.share = share;
  }

  synchronized void measuring(boolean on) {
    measuring = on;
  }

  synchronized void add(WorkerLink worker, Progress progress) {
    if (!measuring) {
      return;
    }
    Seen seen = workers.computeIfAbsent(worker.name(), name -> new Seen());
    seen.seconds++;
    seen.saturated += progress.cpu() > MOST_CPU * share ? 1 : 0;
    seen.lagged += progress.lag() > MOST_LAG_MICROS ? 1 : 0;
    seen.longestLag = Math.max(seen.longestLag, progress.lag());
  }

  synchronized List<String> problems(Findings findings) {
    var problems = new ArrayList<String>();
    workers.forEach((name, seen) -> of(name, seen, problems));
    long late = findings.counters().late();
    if (late > 0) {
      problems.add(
          "%,d of %,d publications were sent more than 10 ms after they were due: the measuring side was late (the latencies count from when they were due)"
              .formatted(late, findings.counters().published()));
    }
    Double busy = findings.measured().machineBusy();
    if (busy != null && busy > MOST_MACHINE) {
      problems.add(
          "this machine's processors were busy for %.0f %% of the measuring: what shares it with the measuring side slows both"
              .formatted(100 * busy));
    }
    return problems;
  }

  private void of(String name, Seen seen, List<String> problems) {
    if (seen.saturated > 0) {
      problems.add(
          "%s used more than %.0f %% of its %.1f cores in %d of %d s: latencies may be its own"
              .formatted(name, 100 * MOST_CPU, share, seen.saturated, seen.seconds));
    }
    if (seen.lagged > 0) {
      problems.add(
          "%s was late itself by more than %d ms in %d of %d s, by %d ms at most: latencies may be its own"
              .formatted(
                  name,
                  MOST_LAG_MICROS / 1_000,
                  seen.lagged,
                  seen.seconds,
                  seen.longestLag / 1_000));
    }
  }
}
