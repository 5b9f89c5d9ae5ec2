package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.measure.EventData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A worker's clients, against nodes that do what a test says. */
class WorkerIT {
  private static final int CLIENTS = 12;
  private static final int ROUNDS = 40;
  private static final String[] CHANNELS = {
    "tenant", "user:g-0", "topic:g-0", "topic:g-1", "topic:g-2"
  };

  private final WorkerBench bench = new WorkerBench(2);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void eachClientHasAllOfItsChannelsOnce() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 3));

    publish(10);

    Progress end = coordinator.finish(totals());
    assertTrue(coordinator.complete());
    assertEquals(all(10 * CLIENTS), end.ledgers().get("g.tenant"));
    assertEquals(all(10), end.ledgers().get("g.user"), "that of client 0 alone");
    assertEquals(all(10 * CLIENTS), end.ledgers().get("g.topic"));
    assertEquals(CLIENTS, end.counters().connects());
    assertEquals(250, end.counters().received());
    assertEquals(Map.of("n0", CLIENTS / 2, "n1", CLIENTS / 2), end.connections());
    assertEquals(CLIENTS, coordinator.series("connect.g").getTotalCount());
    assertEquals(250, coordinator.series("delivery.g").getTotalCount());
  }

  @Test
  void afterACutEverybodyComesBackAndHasAllOnce() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 3));

    for (int round = 0; round < ROUNDS; round++) {
      publish(5);
      if (round % 10 == 5) {
        bench.node(round / 10 % 2).cutAll();
      }
    }
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);

    Progress end = coordinator.finish(totals());
    assertTrue(coordinator.complete());
    assertEquals(all(5 * ROUNDS * CLIENTS), end.ledgers().get("g.tenant"));
    assertEquals(all(5 * ROUNDS * CLIENTS), end.ledgers().get("g.topic"));
    assertTrue(end.counters().interrupted() >= CLIENTS / 2, "cut, but nobody noticed");
    assertEquals(end.counters().interrupted(), end.counters().resumed());
    assertEquals(0, end.counters().restarted());
    assertEquals(end.counters().resumed(), coordinator.series("resume.g").getTotalCount());
    assertTrue(coordinator.series("caughtup.g").getTotalCount() > 0);
    assertEquals(end.counters().interrupted(), end.counters().closes().get("1006"));
  }

  @Test
  void aCutByTheCoordinatorIsComeBackFromAtOnce() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 0));

    coordinator.say(new ToWorker.Cut("n0"));

    Progress after =
        coordinator.awaitProgress(progress -> progress.counters().resumed() == CLIENTS / 2);
    assertEquals(CLIENTS / 2, after.counters().interrupted());
    long slowest = coordinator.series("resume.g").getMaxValue();
    assertTrue(slowest < 900_000, "nobody waits at random: " + slowest + " µs");
    assertEquals(Map.of("n1", CLIENTS), after.connections());
  }

  @Test
  void aSessionThatIsNoMoreIsReplacedAndItsTopicReadOn() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 3));
    publish(3);

    bench.node(0).forgetsSessions();
    bench.node(0).cutAll();
    bench.node(1).cutAll();
    publish(3);
    coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
    publish(3);

    Progress end = coordinator.finish(totals());
    assertEquals(all(9 * CLIENTS), end.ledgers().get("g.topic"));
    assertEquals(CLIENTS, end.counters().restarted());
    assertEquals(0, end.counters().resumed());
    assertEquals(Map.of(), end.counters().errors());
  }

  @Test
  void whatAGapReportsIsNotLost() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 0));
    publish("tenant", 4);

    bench
        .node(0)
        .says(
            "{\"type\":\"gap\",\"channel\":\"tenant\",\"from\":[\"e\",4],\"to\":[\"e\",9],"
                + "\"reason\":\"trimmed\"}");
    bench.node(0).says(ScriptedNode.event("tenant", 10, EventData.text(10, 1, 1, 60)));
    bench.node(1).says(ScriptedNode.event("tenant", 10, EventData.text(10, 1, 1, 60)));

    var total = new Totals.Channel(10, List.of(7L));
    Progress end = coordinator.finish(new Totals(Map.of(Totals.key(TENANT, "tenant"), total)));
    int half = CLIENTS / 2;
    assertEquals(
        new LedgerCount(10 * half + 9 * half, 5 * CLIENTS, 4 * half, 0, 0, half, 5 * half),
        end.ledgers().get("g.tenant"),
        "half of them got a gap of five, and of the others each lost four, one being unanswered");
    assertFalse(coordinator.complete());
  }

  @Test
  void aClosingNodeIsLeftForAnother() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 0));

    bench.node(0).closeAll(4000);

    Progress after =
        coordinator.awaitProgress(progress -> progress.counters().resumed() == CLIENTS / 2);
    assertEquals(Map.of("4000", (long) CLIENTS / 2), after.counters().closes());
    assertEquals(Map.of("n1", CLIENTS), after.connections());
  }

  @Test
  void aGroupThatLeavesComesAnew() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 0));

    coordinator.say(new ToWorker.Leave(List.of("g")));
    coordinator.awaitProgress(progress -> progress.counters().attached() == 0);
    await().until(() -> bench.node(0).attached() + bench.node(1).attached() == 0);
    coordinator.connect("g");

    Progress after = coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
    assertEquals(0, after.counters().interrupted());
    assertEquals(2 * CLIENTS, after.counters().connects());
    assertEquals(Map.of(), after.counters().closes());
  }

  @Test
  void aStopEndsEverySession() {
    TestCoordinator coordinator = live(group("g", CLIENTS, 0));

    coordinator.say(new ToWorker.Stop());

    coordinator.awaitClosed();
    assertEquals(0, bench.node(0).attached() + bench.node(1).attached());
  }

  @Test
  void slowConsumersAttachAndStopReading() {
    var slow = new Group("slow", TENANT, 4, 0, Group.Kind.SLOW);
    TestCoordinator coordinator = bench.assigned(slow, group("g", 4, 0));
    coordinator.connect("slow", "g");
    coordinator.awaitProgress(progress -> progress.counters().live() == 8);

    publish("tenant", 500);

    Progress end = coordinator.finish(totals());
    assertTrue(coordinator.complete(), "nobody waits for slow consumers");
    assertEquals(500 * 4, end.counters().received());
    assertFalse(end.ledgers().containsKey("slow.tenant"));
  }

  /** It gave itself up after two short heartbeats, because it asked for an answer and read none. */
  @Test
  void aSlowConsumerShowsWithEachHeartbeatThatItIsThere() {
    ScriptedNode node = bench.node(0);
    bench.nodes.forEach(each -> each.talks(ScriptedNode.Talk.FALLS_SILENT));

    live(new Group("slow", TENANT, 4, 0, Group.Kind.SLOW));

    await().atMost(Duration.ofSeconds(30)).until(() -> node.pings.get() >= 4);
  }

  private TestCoordinator live(Group group) {
    TestCoordinator coordinator = bench.assigned(group);
    coordinator.connect(group.name());
    coordinator.awaitProgress(progress -> progress.counters().live() == group.clients());
    return coordinator;
  }

  private static LedgerCount all(int numbers) {
    return new LedgerCount(numbers, numbers, 0, 0, 0, 0, 0);
  }

  private void publish(int count) {
    for (String channel : CHANNELS) {
      publish(channel, count);
    }
  }

  private void publish(String channel, int count) {
    bench.node(0).publish(channel, count);
  }

  private Totals totals() {
    return bench.store.totals(TENANT, CHANNELS);
  }
}
