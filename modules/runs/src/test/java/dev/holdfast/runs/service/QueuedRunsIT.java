package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Starts on a thread that has a run: refused, enqueued, or instead of it. */
@ExtendWith(RedisExtension.class)
class QueuedRunsIT {
  private static final String AGENT = "researcher";

  private final List<WorkerRun> begun = new CopyOnWriteArrayList<>();
  private final Map<String, Promise<Void>> ends = new ConcurrentHashMap<>();
  private ServiceNode node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new ServiceNode(redis.uri());
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** Says one message in each run, and ends it when the test says so, or it is cancelled. */
  private Future<Void> work(WorkerRun run) {
    String id = run.run().runId();
    run.send("{\"type\":\"RUN_STARTED\",\"threadId\":\"th\",\"runId\":\"" + id + "\"}");
    run.send(Events.open("m-" + id));
    run.send(Events.delta("m-" + id, "Hello"));
    run.send(Events.close("m-" + id));
    begun.add(run);
    Promise<Void> end = ends.computeIfAbsent(id, first -> Promise.promise());
    run.cancellation().onSuccess(cancelled -> end.tryComplete());
    return end.future();
  }

  private void ends(String run) {
    ends.computeIfAbsent(run, first -> Promise.promise()).tryComplete();
  }

  private RunMessage.Start start(String run, Busy busy) {
    String input =
        """
        {"threadId":"th","runId":"%s","messages":[{"id":"u-%s","role":"user","content":"?"}]}"""
            .formatted(run, run);
    return new RunMessage.Start(node.ann, node.tenant, null, AGENT, "th", run, input, false, busy);
  }

  private RunView started(String run, Busy busy) {
    return Await.get(node.client.ask(start(run, busy)));
  }

  private WorkerRun begun(int count) {
    Await.until("run " + count + " has begun", () -> begun.size() >= count);
    assertEquals(count, begun.size(), "one after the other");
    return begun.get(count - 1);
  }

  private static List<String> messages(String document) {
    List<String> ids = new ArrayList<>();
    for (JsonNode one : Json.parse(document)) {
      ids.add(one.path("id").asText());
    }
    return ids;
  }

  private static List<String> given(WorkerRun run) {
    return messages(Json.text(Json.parse(run.input()).path("messages")));
  }

  private List<String> left() {
    var all = new ThreadMessage.ListMessages(node.ann, node.tenant, null, "th", null, 100);
    return messages(Await.get(node.client.ask(all)).messages());
  }

  @Test
  void aRunThatIsEnqueuedGoesOnFromWhatThoseBeforeItHaveLeft() {
    node.worker(AGENT, this::work);
    RunView first = started("r1", Busy.ENQUEUE);
    begun(1);
    assertEquals(ErrorCode.CONFLICT, Await.code(node.client.ask(start("r0", Busy.REJECT))));
    RunView second = started("r2", Busy.ENQUEUE);
    assertEquals("queued", second.state());
    assertEquals(second, started("r2", Busy.ENQUEUE), "once");
    RunView third = started("r3", Busy.ENQUEUE);
    ends("r1");
    assertEquals("r2", begun(2).run().runId());
    assertEquals("success", node.ended(first).outcome());
    ends("r2");
    begun(3);
    ends("r3");
    assertEquals("success", node.ended(third).outcome());
    assertEquals(List.of("u-r1", "m-r1", "u-r2"), given(begun.get(1)));
    assertEquals(List.of("u-r1", "m-r1", "u-r2", "m-r2", "u-r3"), given(begun.get(2)));
    assertEquals(List.of("u-r1", "m-r1", "u-r2", "m-r2", "u-r3", "m-r3"), left());
  }

  @Test
  void aRunThatInterruptsIsNextAndHasItsOwnMessages() {
    node.worker(AGENT, this::work);
    RunView first = started("r1", Busy.REJECT);
    begun(1);
    RunView waits = started("r2", Busy.ENQUEUE);
    RunView now = started("r3", Busy.INTERRUPT);
    WorkerRun next = begun(2);
    assertEquals(now.run(), next.run().run());
    assertTrue(begun.get(0).cancelled());
    assertEquals(List.of("u-r3"), given(next));
    assertEquals("cancelled", node.ended(first).outcome());
    assertEquals("queued", node.get(waits).state());
    ends("r3");
    begun(3);
    ends("r2");
    assertEquals("success", node.ended(waits).outcome());
  }

  @Test
  void aRunThatIsCancelledWhileItWaitsIsNeverGivenToAWorker() {
    node.worker(AGENT, this::work);
    RunView first = started("r1", Busy.REJECT);
    begun(1);
    RunView second = started("r2", Busy.ENQUEUE);
    RunView third = started("r3", Busy.ENQUEUE);
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, second.run(), "")));
    assertEquals("cancelled", node.ended(second).outcome());
    var delete = new ThreadMessage.DeleteThread(node.ann, node.tenant, null, "th");
    assertEquals(ErrorCode.CONFLICT, Await.code(node.client.ask(delete)));
    ends("r1");
    assertEquals(third.run(), begun(2).run().run());
    assertEquals(List.of("u-r1", "m-r1", "u-r3"), given(begun.get(1)));
    assertEquals("success", node.ended(first).outcome());
    ends("r3");
    assertEquals("success", node.ended(third).outcome());
  }

  /** Many pages at once, and workers that take what they get. */
  @Test
  void ofManyThatAreEnqueuedAtOnceEachHasTheThreadOnce() {
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    node.worker(
        AGENT,
        run -> {
          most.accumulateAndGet(active.incrementAndGet(), Math::max);
          Future<Void> said = work(run);
          node.vertx.runOnContext(now -> ends(run.run().runId()));
          return said.onComplete(done -> active.decrementAndGet());
        });
    List<Future<RunView>> asked = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      asked.add(node.client.ask(start("r" + i, i % 4 == 3 ? Busy.INTERRUPT : Busy.ENQUEUE)));
    }
    for (Future<RunView> one : asked) {
      RunView run = node.ended(Await.get(one));
      assertTrue(List.of("success", "cancelled").contains(run.outcome()), run.toString());
    }
    assertEquals(1, most.get());
    assertEquals(begun.size(), begun.stream().map(run -> run.run().run()).distinct().count());
  }

  /** Nobody may fill the store by it. */
  @Test
  void onlySomeWaitForAThread(TestRedis redis) {
    for (int i = 0; i < 17; i++) {
      started("r" + i, Busy.ENQUEUE);
    }
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(node.client.ask(start("r17", Busy.ENQUEUE))));
    assertEquals(
        ErrorCode.LIMIT_EXCEEDED, Await.code(node.client.ask(start("r18", Busy.INTERRUPT))));
  }
}
