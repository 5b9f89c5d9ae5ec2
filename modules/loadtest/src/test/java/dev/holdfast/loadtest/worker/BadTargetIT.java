package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Totals;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Targets that do not do as they should: what is wrong is named, and nothing hangs. */
class BadTargetIT {
  private static final int CLIENTS = 6;
  private static final String NO_WELCOME = "hello: no welcome in time";
  private static final String NO_ANSWER = "connect: no answer in time";
  private static final Totals NOTHING = new Totals(Map.of());

  private final WorkerBench bench = new WorkerBench(1);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aRefusedTokenIsNamedAndNotTriedAgain() {
    bench.node(0).talks(ScriptedNode.Talk.REFUSES_TOKENS);

    TestCoordinator coordinator = connected();

    Progress after =
        coordinator.awaitProgress(progress -> progress.counters().closes().containsKey("4501"));
    await()
        .during(Duration.ofMillis(1_500))
        .atMost(Duration.ofSeconds(3))
        .until(() -> bench.node(0).hellos.get() == CLIENTS);
    assertEquals(Map.of("4501", (long) CLIENTS), after.counters().closes());
    assertTrue(named(after, "unauthorized (4501)"), after.counters().errors()::toString);
    coordinator.finish(NOTHING);
    assertFalse(coordinator.complete());
  }

  @Test
  void anUnreachableTargetIsNamedAndTriedAgain() throws IOException {
    URI closed;
    try (ServerSocket free = new ServerSocket(0)) {
      closed = URI.create("http://127.0.0.1:" + free.getLocalPort());
    }
    TestCoordinator coordinator =
        bench
            .coordinator()
            .assign(WorkerBench.plan(List.of(closed), List.of(group("g", CLIENTS, 0)), List.of()));
    coordinator.connect("g");

    Progress after =
        coordinator.awaitProgress(
            progress -> progress.counters().errors().values().stream().anyMatch(n -> n > CLIENTS));

    assertTrue(named(after, "refused"), after.counters().errors()::toString);
    assertEquals(CLIENTS, after.counters().clients());
    assertEquals(0, after.counters().attached());
    coordinator.finish(NOTHING);
    assertFalse(coordinator.complete());
  }

  @Test
  void whatATargetThatDiesForGoodTookAlongIsLost() {
    TestCoordinator coordinator = live();
    bench.node(0).publish("tenant", 7);
    coordinator.awaitProgress(progress -> progress.counters().received() == 7 * CLIENTS);

    bench.node(0).dies();
    var total = new Totals.Channel(10, List.of(9L));
    Progress end = coordinator.finish(new Totals(Map.of(Totals.key(TENANT, "tenant"), total)));

    assertFalse(coordinator.complete());
    assertEquals(
        new LedgerCount(9 * CLIENTS, 7 * CLIENTS, 2 * CLIENTS, 0, 0, 0, 0),
        end.ledgers().get("g.tenant"));
    assertEquals(CLIENTS, end.counters().interrupted());
    assertEquals(0, end.counters().attached());
    assertTrue(named(end, "refused"), end.counters().errors()::toString);
  }

  /** It was counted, and nobody read the count: a run with such a target was a good one. */
  @Test
  void whatNobodyPublishedIsReportedByTheWorker() {
    TestCoordinator coordinator = live();
    bench.node(0).publish("tenant", 7);
    coordinator.awaitProgress(progress -> progress.counters().received() == 7 * CLIENTS);

    var total = new Totals.Channel(5, List.of());
    coordinator.finish(new Totals(Map.of(Totals.key(TENANT, "tenant"), total)));

    assertEquals(CLIENTS, coordinator.unpublished());
  }

  @Test
  void garbageIsNamedAndItsConnectionGivenUp() {
    TestCoordinator coordinator = live();

    bench.node(0).says("}{");
    coordinator.awaitProgress(progress -> progress.counters().resumed() == CLIENTS);
    bench.node(0).says("{\"type\":\"event\",\"channel\":\"tenant\",\"seq\":\"many\"}");
    Progress after =
        coordinator.awaitProgress(progress -> progress.counters().resumed() == 2 * CLIENTS);

    assertTrue(named(after, "garbage from the target"), after.counters().errors()::toString);
  }

  @Test
  void garbageInPlaceOfAWelcomeIsNotTriedInHaste() {
    bench.node(0).talks(ScriptedNode.Talk.SAYS_GARBAGE);

    TestCoordinator coordinator = connected();

    Progress after = coordinator.awaitProgress(progress -> !progress.counters().errors().isEmpty());
    assertTrue(named(after, "garbage from the target"), after.counters().errors()::toString);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(4))
        .until(() -> bench.node(0).hellos.get() < 10 * CLIENTS);
  }

  @Test
  void aSilentTargetIsLeftAfterTwoHeartbeats() {
    bench.node(0).talks(ScriptedNode.Talk.FALLS_SILENT);
    TestCoordinator coordinator = live();

    Progress after =
        coordinator.awaitProgress(progress -> progress.counters().resumed() >= CLIENTS);

    assertTrue(named(after, "silent for two heartbeats"), after.counters().errors()::toString);
  }

  @Test
  void aHelloWithoutAWelcomeIsGivenUpAndSoIsAnUpgradeWithoutAnAnswer() throws IOException {
    bench.node(0).talks(ScriptedNode.Talk.SAYS_NOTHING);
    TestCoordinator coordinator = bench.coordinator();
    try (var silent = new ServerSocket(0)) {
      URI noAnswer = URI.create("http://127.0.0.1:" + silent.getLocalPort());
      List<URI> both = List.of(bench.node(0).url(), noAnswer);
      coordinator.assign(WorkerBench.plan(both, List.of(group("g", CLIENTS, 0)), List.of()));
      coordinator.connect("g");

      Progress after =
          coordinator.awaitProgress(
              progress -> named(progress, NO_WELCOME) && named(progress, NO_ANSWER));

      assertEquals(0, after.counters().attached());
      Long opened = after.counters().errors().get(NO_WELCOME);
      assertEquals(Map.of("1006", opened), after.counters().closes(), "those that were open");
    }
    bench.node(0).talks(ScriptedNode.Talk.PROPERLY);
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
  }

  @Test
  void aNodeThatComesBackIsFoundAgain() {
    TestCoordinator coordinator = live();
    bench.node(0).publish("tenant", 3);

    bench.node(0).dies();
    coordinator.awaitProgress(progress -> progress.counters().attached() == 0);
    bench.node(0).publish("tenant", 4);
    bench.node(0).comesBack();
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);

    Progress end = coordinator.finish(bench.store.totals(TENANT, "tenant"));
    assertEquals(
        new LedgerCount(7 * CLIENTS, 7 * CLIENTS, 0, 0, 0, 0, 0), end.ledgers().get("g.tenant"));
  }

  private TestCoordinator connected() {
    TestCoordinator coordinator = bench.assigned(group("g", CLIENTS, 0));
    coordinator.connect("g");
    return coordinator;
  }

  private TestCoordinator live() {
    TestCoordinator coordinator = connected();
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
    return coordinator;
  }

  private static boolean named(Progress progress, String part) {
    return progress.counters().errors().keySet().stream().anyMatch(error -> error.contains(part));
  }
}
