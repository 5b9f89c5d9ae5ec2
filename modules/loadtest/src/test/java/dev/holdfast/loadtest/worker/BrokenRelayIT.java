package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.testkit.client.BrokenRelay;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broken target is caught, with the exact counts. */
class BrokenRelayIT {
  private static final int EVERY = 10_000;
  private static final int CLIENTS = 20;
  private static final int EVENTS = 5_000;
  private static final int AT_ONCE = 100;

  private final WorkerBench bench = new WorkerBench(1);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void findsEachEventThatIsDroppedDoubledOrSwapped() {
    BrokenRelay relay = BrokenRelay.start(bench.vertx, bench.node(0).url(), EVERY).await();
    TestCoordinator coordinator =
        bench
            .coordinator()
            .assign(
                WorkerBench.plan(List.of(relay.url()), List.of(group("g", CLIENTS, 0)), List.of()));
    coordinator.connect("g");
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);

    for (int i = 0; i < EVENTS / AT_ONCE; i++) {
      bench.node(0).publish("tenant", AT_ONCE);
    }

    Progress end = coordinator.finish(bench.store.totals(TENANT, "tenant"));
    long all = (long) CLIENTS * EVENTS;
    int each = (int) (all / EVERY);
    assertEquals(all, relay.events());
    assertEquals(each, relay.dropped());
    assertEquals(each, relay.doubled());
    assertEquals(each, relay.swapped());
    assertFalse(coordinator.complete());
    assertEquals(
        new LedgerCount(all, all - each, each, each, each, 0, 0), end.ledgers().get("g.tenant"));
  }
}
