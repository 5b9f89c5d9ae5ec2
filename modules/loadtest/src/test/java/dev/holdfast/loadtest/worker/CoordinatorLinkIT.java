package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.SECRET;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.FromWorker;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker takes from whom. */
class CoordinatorLinkIT {
  private final WorkerBench bench = new WorkerBench(1);

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void onlyWhoKnowsTheSecretIsServed() {
    assertEquals(401, refused(null));
    assertEquals(401, refused(SECRET + "x"));
    assertEquals(401, refused(""));
  }

  @Test
  void oneCoordinatorAtATime() {
    try (TestCoordinator first = bench.coordinator()) {
      first.say(new ToWorker.Clock(1));
      first.await(FromWorker.Clock.class);
      assertEquals(409, refused(SECRET));
    }
    await().until(() -> !bench.worker.taken());
    bench.coordinator().assign(bench.plan(group("g", 1, 0)));
  }

  @Test
  void answersItsClock() {
    TestCoordinator coordinator = bench.coordinator();
    long before = Clock.own();
    coordinator.say(new ToWorker.Clock(7));

    FromWorker.Clock answer = coordinator.await(FromWorker.Clock.class);

    assertEquals(7, answer.id());
    assertTrue(answer.micros() >= before && answer.micros() <= Clock.own());
    long wall = System.currentTimeMillis() * 1_000;
    assertTrue(Math.abs(answer.micros() - wall) < 60_000_000, "µs since 1970");
  }

  @Test
  void withItsCoordinatorEverythingEnds() {
    TestCoordinator coordinator = bench.assigned(group("g", 10, 0));
    coordinator.connect("g");
    coordinator.awaitProgress(progress -> progress.counters().live() == 10);

    coordinator.close();

    await().until(() -> bench.node(0).attached() == 0);
    await().until(() -> !bench.worker.taken());
  }

  @Test
  void reportsOnceASecondFromTheBeginning() {
    TestCoordinator coordinator = bench.coordinator();

    await().until(() -> coordinator.received.size() >= 3);

    assertTrue(coordinator.received.stream().allMatch(FromWorker.Progress.class::isInstance));
    assertTrue(coordinator.progress().cpu() >= 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":\"dance\"}",
        "{\"type\":\"clock\",\"id\":\"x\"}",
        "{\"type\":\"clock\",\"id\":1,\"more\":2}",
        "{\"type\":\"assign\"}",
        "{\"type\":\"assign\",\"worker\":0,\"workers\":1,\"clockOffset\":0,\"plan\":{}}",
        "{\"type\":\"connect\",\"groups\":[\"g\"]}",
        "{\"type\":\"finish\",\"totals\":{\"channels\":{}}}"
      })
  void whatIsNotUnderstoodIsAnsweredAndTheEnd(String text) {
    TestCoordinator coordinator = bench.coordinator();

    coordinator.sayText(text);

    coordinator.await(FromWorker.Failed.class);
    coordinator.awaitClosed();
    await().until(() -> !bench.worker.taken());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"connect\",\"groups\":[\"nobody\"]}",
        "{\"type\":\"connect\"}",
        "{\"type\":\"publish\",\"flows\":[\"none\"],\"startAt\":0,\"millis\":1}",
        "{\"type\":\"call\",\"calls\":[\"none\"],\"startAt\":0,\"millis\":1}",
        "{\"type\":\"cut\"}",
        "{\"type\":\"finish\"}"
      })
  void anOrderThatCantBeIsAnsweredAndTheEnd(String text) {
    TestCoordinator coordinator = bench.assigned(group("g", 1, 0));
    coordinator.connect("g");
    coordinator.awaitProgress(progress -> progress.counters().live() == 1);

    coordinator.sayText(text);

    coordinator.await(FromWorker.Failed.class);
    coordinator.awaitClosed();
    await().until(() -> bench.node(0).attached() == 0);
  }

  @Test
  void aPlanThatCantBeIsReportedWithAllThatIsWrongWithIt() {
    var bare = new Group("bad name!", "acme", 1, 0, Group.Kind.SESSION);
    var flow = new Flow("f", "nobody", Flow.Target.TOPIC, 0, 0, 0, 1, Flow.Via.BUS);
    Plan plan = WorkerBench.plan(List.of(URI.create("x:y")), List.of(bare), List.of(flow));
    TestCoordinator coordinator = bench.coordinator();

    coordinator.say(new ToWorker.Assign(3, 2, 0, plan));

    String message = coordinator.await(FromWorker.Failed.class).message();
    for (String part : List.of("worker", "address", "bad name!", "rate or a window", "nobody")) {
      assertTrue(message.contains(part), part + " in: " + message);
    }
  }

  @Test
  void listensBeyondThisMachineWithASecretOnly() {
    assertThrows(IllegalArgumentException.class, () -> new WorkerConfig("0.0.0.0", 0, null, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new WorkerConfig("127.0.0.1", 0, "short", 1));
    new WorkerConfig("0.0.0.0", 0, SECRET, 1);
    new WorkerConfig("127.0.0.1", 0, null, 1);
  }

  private int refused(String secret) {
    var failure =
        assertThrows(
            CompletionException.class,
            () -> new TestCoordinator(bench.vertx, bench.worker.url(), secret));
    return ((UpgradeRejectedException) failure.getCause()).getStatus();
  }
}
