package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
  private static final long EVERY_MS = 4;

  private final WorkerBench bench = new WorkerBench(1);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aDelayOf50MillisecondsShowsAs50Milliseconds() {
    bench.node(0).delays(50);
    TestCoordinator coordinator = live();

    publishOnSchedule(0);
    coordinator.finish(bench.store.totals(TENANT, "tenant"));

    Histogram delivery = coordinator.series("delivery.g");
    assertEquals(EVENTS * CLIENTS, delivery.getTotalCount());
    double p50 = delivery.getValueAtPercentile(50) / (double) MILLI;
    double sent = coordinator.series("delivered.g").getValueAtPercentile(50) / (double) MILLI;
    LOG.info("50 ms injected: delivery p50 {} ms, delivered p50 {} ms", p50, sent);
    assertEquals(50, sent, 2, "p50, from the sending");
    assertEquals(50, p50, 2, "p50, from the intended time");
  }

  @Test
  void aStallOfASecondShowsInTheCorrectedPercentilesAlone() {
    TestCoordinator coordinator = live();

    publishOnSchedule(1_000);
    coordinator.finish(bench.store.totals(TENANT, "tenant"));

    Histogram corrected = coordinator.series("delivery.g");
    Histogram uncorrected = coordinator.series("delivered.g");
    double p90 = corrected.getValueAtPercentile(90) / (double) MILLI;
    double p90Uncorrected = uncorrected.getValueAtPercentile(90) / (double) MILLI;
    LOG.info("1 s of stall: p90 {} ms, uncorrected {} ms", p90, p90Uncorrected);
    // A quarter of what was due in four seconds fell into the stall, evenly between 0 and 1 s.
    assertTrue(p90 > 400 && p90 < 900, "corrected p90: " + p90);
    assertTrue(corrected.getMaxValue() > 950 * MILLI, "corrected max");
    assertTrue(p90Uncorrected < 100, "uncorrected p90: " + p90Uncorrected);
  }

  private TestCoordinator live() {
    TestCoordinator coordinator = bench.assigned(group("g", CLIENTS, 0));
    coordinator.connect("g");
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
    return coordinator;
  }

  /** One event each 4 ms for 4 s, on the node's loop; in the middle nothing for so long. */
  private void publishOnSchedule(long stallMillis) {
    ScriptedNode node = bench.node(0);
    long start = Clock.own() + 100 * MILLI;
    Promise<Void> done = Promise.promise();
    int[] next = {0};
    node.onLoop(
        () ->
            bench.nodesVertx.setPeriodic(
                1,
                timer -> {
                  publishDue(node, start, stallMillis, next);
                  if (next[0] == EVENTS) {
                    bench.nodesVertx.cancelTimer(timer);
                    done.tryComplete();
                  }
                }));
    done.future().await();
  }

  private static void publishDue(ScriptedNode node, long start, long stallMillis, int[] next) {
    long now = Clock.own();
    long stall = start + EVENTS * EVERY_MS * MILLI / 2;
    if (now >= stall && now < stall + stallMillis * MILLI) {
      return;
    }
    while (next[0] < EVENTS && start + next[0] * EVERY_MS * MILLI <= now) {
      node.append("tenant", start + next[0] * EVERY_MS * MILLI);
      next[0]++;
    }
  }
}
