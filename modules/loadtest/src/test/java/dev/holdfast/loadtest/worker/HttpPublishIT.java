package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.FromWorker.Published;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.ScriptedPublishing.Stored;
import dev.holdfast.loadtest.worker.measure.Clock;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Publishing over HTTP: in order, once, whatever the answers are. */
class HttpPublishIT {
  private static final int TOPICS = 3;
  private static final long MILLIS = 1_500;

  private final WorkerBench bench = new WorkerBench(0);
  private final ScriptedPublishing target = new ScriptedPublishing();

  HttpPublishIT() {
    bench.nodesVertx.deployVerticle(target).await();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void allThatIsDueIsStoredOnceInOrder() {
    TestCoordinator coordinator = publish(flow(300, 0));

    Progress end = published(coordinator);
    assertEquals(450, end.counters().published());
    assertEquals(450, end.counters().acknowledged());
    assertEquals(0, end.counters().failed());
    assertStoredInOrder(150);
    assertEquals(totals(150, List.of()), coordinator.await(Published.class).totals());
    assertEquals(450, coordinator.series("ack.f").getTotalCount());
    assertTrue(target.stored.stream().allMatch(one -> one.data().length() == 200), "payload");
    assertTrue(target.mostAtOnce.get() <= 1, "one request of a channel at a time");
  }

  @Test
  void whatIsNotAnsweredIsSentAgainWithItsKey() {
    target.dropAnswerOf(4);

    TestCoordinator coordinator = publish(flow(300, 0));

    Progress end = published(coordinator);
    assertEquals(450, end.counters().acknowledged());
    assertTrue(target.repeated.get() > 0, "nothing was sent again");
    assertStoredInOrder(150);
  }

  @Test
  void aBusyTargetIsAskedAgain() {
    target.answer(3, 503, "{\"code\":\"unavailable\",\"retryable\":true}");

    TestCoordinator coordinator = publish(flow(300, 0));

    assertEquals(450, published(coordinator).counters().acknowledged());
    assertStoredInOrder(150);
  }

  @Test
  void aRefusalIsNamedAndItsNumbersAreUnanswered() {
    target.answer(
        1, 403, "{\"code\":\"forbidden\",\"detail\":\"not permitted\",\"retryable\":false}");

    TestCoordinator coordinator = publish(flow(300, 0));

    Progress end = published(coordinator);
    assertEquals(450, end.counters().failed());
    assertEquals(Map.of("publish: http: forbidden: not permitted", 450L), end.counters().errors());
    List<Long> all = LongStream.rangeClosed(1, 150).boxed().toList();
    assertEquals(totals(150, all), coordinator.await(Published.class).totals());
  }

  @Test
  void numbersGoOnWhenAFlowIsPublishedAgain() {
    TestCoordinator coordinator = publish(flow(300, 0));
    published(coordinator);
    coordinator.received.clear();

    coordinator.say(new ToWorker.Publish(List.of("f"), Clock.own(), 500));

    published(coordinator);
    assertEquals(totals(200, List.of()), coordinator.await(Published.class).totals());
    assertStoredInOrder(200);
  }

  @Test
  void aWindowKeepsSoManyUnanswered() {
    TestCoordinator coordinator = publish(flow(0, 6));

    Progress end = published(coordinator);
    assertTrue(end.counters().acknowledged() > 100, "as fast as it is answered");
    assertEquals(end.counters().published(), end.counters().acknowledged());
    assertEquals(target.stored.size(), end.counters().acknowledged());
    assertTrue(target.mostUnanswered.get() <= 6, "window: " + target.mostUnanswered);
  }

  private static Flow flow(double rate, int window) {
    return new Flow("f", "g", Flow.Target.TOPIC, TOPICS, rate, window, 200, Flow.Via.HTTP);
  }

  private TestCoordinator publish(Flow flow) {
    URI url = target.url();
    Plan plan = WorkerBench.plan(List.of(url, url), List.of(group("g", 3, TOPICS)), List.of(flow));
    TestCoordinator coordinator = bench.coordinator().assign(plan);
    coordinator.say(new ToWorker.Publish(List.of("f"), Clock.own() + 50_000, MILLIS));
    return coordinator;
  }

  private static Progress published(TestCoordinator coordinator) {
    coordinator.await(Published.class);
    return coordinator.progress();
  }

  private void assertStoredInOrder(int each) {
    for (int topic = 0; topic < TOPICS; topic++) {
      String channel = "topic:g-" + topic;
      List<Long> numbers =
          target.stored.stream()
              .filter(one -> one.channel().equals(channel))
              .map(Stored::number)
              .toList();
      assertEquals(LongStream.rangeClosed(1, each).boxed().toList(), numbers, channel);
    }
  }

  private static Totals totals(long last, List<Long> unanswered) {
    var total = new Totals.Channel(last, unanswered);
    return new Totals(
        Map.of("acme/topic:g-0", total, "acme/topic:g-1", total, "acme/topic:g-2", total));
  }
}
