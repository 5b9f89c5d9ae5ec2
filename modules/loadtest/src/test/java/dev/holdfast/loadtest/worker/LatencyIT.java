package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.Promise;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is measured is what there is. */
class LatencyIT {
  private static final Logger LOG = LoggerFactory.getLogger(LatencyIT.class);
  private static final int CLIENTS = 4;
  private static final long MILLI = 1_000;
  private static final int EVENTS = 1_000;
  private static final int ROUND_EVENTS = 250;
  private static final int ROUNDS = 20;
  private static final long EVERY_MS = 4;

  private final WorkerBench bench = new WorkerBench(1);

  @AfterEach
  void close() {
    bench.close();
  }

  /**
   * On a machine that others keep busy, a delay of 50 ms is often a longer one; in a round in which
   * it is not, what is measured has to be right. A fault of the measuring would be in every round.
   */
  @Test
  void aDelayOf50MillisecondsShowsAs50Milliseconds() {
    bench.node(0).delays(50);
    TestCoordinator coordinator = live();

    boolean right = false;
    for (int round = 1; round <= ROUNDS && !right; round++) {
      coordinator.received.clear();
      publishOnSchedule(ROUND_EVENTS, 0);
      long all = (long) round * ROUND_EVENTS * CLIENTS;
      coordinator.awaitProgress(progress -> progress.counters().received() == all);
      double delivery = p50(coordinator.series("delivery.g"));
      double delivered = p50(coordinator.series("delivered.g"));
      LOG.info("50 ms injected: delivery p50 {} ms, delivered p50 {} ms", delivery, delivered);
      right = Math.abs(delivery - 50) <= 2 && Math.abs(delivered - 50) <= 2;
    }
    assertTrue(right, "no round of " + ROUNDS + " showed 50 ± 2 ms");
  }

  private static double p50(Histogram histogram) {
    return histogram.getValueAtPercentile(50) / (double) MILLI;
  }

  @Test
  void aStallOfASecondShowsInTheCorrectedPercentilesAlone() {
    TestCoordinator coordinator = live();

    publishOnSchedule(EVENTS, 1_000);
    coordinator.finish(bench.store.totals(TENANT, "tenant"));

    Histogram corrected = coordinator.series("delivery.g");
    Histogram uncorrected = coordinator.series("delivered.g");
    double p90 = corrected.getValueAtPercentile(90) / (double) MILLI;
    double p90Uncorrected = uncorrected.getValueAtPercentile(90) / (double) MILLI;
    LOG.info("1 s of stall: p90 {} ms, uncorrected {} ms", p90, p90Uncorrected);
    // A quarter of what was due in four seconds fell into the stall, evenly between 0 and 1 s.
    assertTrue(p90 > 400, "corrected p90: " + p90);
    assertTrue(corrected.getMaxValue() > 950 * MILLI, "corrected max");
    assertTrue(p90Uncorrected < p90 / 2, "uncorrected p90: " + p90Uncorrected);
  }

  private TestCoordinator live() {
    TestCoordinator coordinator = bench.assigned(group("g", CLIENTS, 0));
    coordinator.connect("g");
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
    return coordinator;
  }

  /** So many events, one each 4 ms, on the node's loop; in the middle nothing for so long. */
  private void publishOnSchedule(int events, long stallMillis) {
    ScriptedNode node = bench.node(0);
    long start = Clock.own() + 100 * MILLI;
    Promise<Void> done = Promise.promise();
    int[] next = {0};
    node.onLoop(
        () ->
            bench.nodesVertx.setPeriodic(
                1,
                timer -> {
                  publishDue(node, new Schedule(start, events, stallMillis), next);
                  if (next[0] == events) {
                    bench.nodesVertx.cancelTimer(timer);
                    done.tryComplete();
                  }
                }));
    done.future().await();
  }

  /**
   * @param start µs
   * @param stall ms, after half of the events
   */
  private record Schedule(long start, int events, long stall) {
    private long due(int number) {
      return start + number * EVERY_MS * MILLI;
    }

    private boolean stalls(long now) {
      return now >= due(events / 2) && now < due(events / 2) + stall * MILLI;
    }
  }

  private static void publishDue(ScriptedNode node, Schedule schedule, int[] next) {
    long now = Clock.own();
    while (!schedule.stalls(now) && next[0] < schedule.events() && schedule.due(next[0]) <= now) {
      node.append("tenant", schedule.due(next[0]));
      next[0]++;
    }
  }
}
