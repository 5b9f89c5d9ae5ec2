package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.bare.BareServer;
import dev.holdfast.loadtest.worker.bare.Order;
import dev.holdfast.loadtest.worker.bare.Written;
import dev.holdfast.loadtest.worker.measure.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The baseline: a plain server, and clients that only read. */
class BareIT {
  private static final int CLIENTS = 6;

  private final WorkerBench bench = new WorkerBench(0);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void everySocketHasEveryNumberOfEveryOrder() {
    BareServer server = BareServer.start(bench.nodesVertx, "127.0.0.1", 0, 2).await();
    var group = new Group("b", TENANT, CLIENTS, 0, Group.Kind.BARE);
    TestCoordinator coordinator =
        bench
            .coordinator()
            .assign(WorkerBench.plan(List.of(server.url()), List.of(group), List.of()));
    coordinator.connect("b");
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);

    Written paced = server.write(new Order(Clock.own(), 1_000, 500, 100)).await();
    assertEquals(new Written(500, 500 * CLIENTS, CLIENTS), paced);
    Written fast = server.write(new Order(Clock.own(), 300, 0, 100)).await();
    assertTrue(fast.published() > paced.published(), "as fast as they take it");

    var total = new Totals.Channel(fast.published(), List.of());
    Progress end = coordinator.finish(new Totals(Map.of(Totals.key(TENANT, "bare"), total)));
    long all = fast.published() * CLIENTS;
    assertTrue(coordinator.complete());
    assertEquals(new LedgerCount(all, all, 0, 0, 0, 0, 0), end.ledgers().get("b.bare"));
  }
}
