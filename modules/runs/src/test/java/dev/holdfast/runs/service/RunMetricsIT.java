package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What operators see of runs. */
@ExtendWith(RedisExtension.class)
class RunMetricsIT {
  private ServiceNode node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new ServiceNode(redis.uri());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private double count(String name, String tag, String value) {
    return node.meters.get(name).tag(tag, value).counter().count();
  }

  private static Future<Void> write(WorkerRun run) {
    return run.send(
            "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
                .formatted(run.run().threadId(), run.run().runId()))
        .compose(
            begun -> {
              run.send(Events.open("m1"));
              for (int i = 0; i < 10; i++) {
                run.send(Events.delta("m1", "so "));
              }
              return run.send(Events.close("m1"));
            });
  }

  @Test
  void eachRunIsCountedOnceAndByAgentsThatAreConfigured() {
    node.worker("researcher", RunMetricsIT::write);
    node.worker(ServiceNode.BRIEF, RunMetricsIT::write);
    RunView one = node.started("researcher", "th1");
    RunView other = node.started(ServiceNode.BRIEF, "th2");
    assertEquals("success", node.ended(one).outcome());
    assertEquals("success", node.ended(other).outcome());

    assertEquals(1, count("holdfast.runs.starts", "agent", ServiceNode.BRIEF));
    assertEquals(1, count("holdfast.runs.starts", "agent", "other"));
    assertEquals(2, count("holdfast.runs", "change", "started"));
    assertEquals(0, count("holdfast.runs", "change", "held"));
    var first = node.meters.get("holdfast.runs.first.event").timer();
    assertEquals(2, first.count());
    assertTrue(first.max(TimeUnit.SECONDS) < 30, "of one clock");
    assertEquals(28, count("holdfast.runs.events", "step", "received"));
    double published = count("holdfast.runs.events", "step", "published");
    assertTrue(published >= 8 && published < 28, "deltas are merged: " + published);
    assertTrue(node.meters.get("holdfast.runs.append").timer().count() >= 4);
    assertTrue(node.meters.get("holdfast.runs.snapshot.bytes").summary().count() >= 2);
    assertEquals(0, node.meters.get("holdfast.runs.lost").counter().count());
  }

  @Test
  void aWorkerThatIsLostIsCounted() {
    node.started(ServiceNode.BRIEF, "th");
    var claim = new WorkMessage.Claim(node.service(), ServiceNode.BRIEF, "w", 5_000, 1);
    assertNotNull(Await.get(node.client.ask(claim)).work());
    Await.until(
        "its lease has passed", () -> node.meters.get("holdfast.runs.lost").counter().count() == 1);
  }
}
