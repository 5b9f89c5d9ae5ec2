package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publication;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a worker's client ends runs. */
@ExtendWith(RedisExtension.class)
class WorkerClientIT {
  /** The lease is 15 s. */
  private static final long SOON = TimeUnit.SECONDS.toNanos(7);

  private ServiceNode node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new ServiceNode(redis.uri());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static String ofRun(String type, WorkerRun run) {
    return "{\"type\":\"%s\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
        .formatted(type, run.run().threadId(), run.run().runId());
  }

  private static void write(WorkerRun run) {
    run.send(ofRun("RUN_STARTED", run));
    run.send(Events.open("m1"));
    run.send(Events.delta("m1", "all of it"));
  }

  private RunView ended(String thread) {
    return node.ended(node.started("researcher", thread));
  }

  private String last(RunView run) {
    List<Publication> log = node.log(run);
    return log.get(log.size() - 1).data();
  }

  @Test
  void aHandlerThatSendsTheEndAndWaitsForNothingEndsItsRunOnce() {
    node.worker(
        "researcher",
        run -> {
          write(run);
          run.send(Events.close("m1"));
          run.send(ofRun("RUN_FINISHED", run));
          return Future.succeededFuture();
        });
    for (int i = 0; i < 20; i++) {
      RunView run = ended("th" + i);
      assertEquals("success", run.outcome());
      assertEquals("all of it", node.text(run));
    }
  }

  @Test
  void aRunOfWhichAnEventWasRefusedIsNoSuccess() {
    node.worker(
        "researcher",
        run -> {
          write(run);
          run.send(Events.delta("m2", "of no message"));
          run.send(Events.close("m1"));
          return Future.succeededFuture();
        });
    RunView run = ended("th");
    assertEquals("error", run.outcome());
    assertTrue(last(run).contains("RUN_ERROR"), last(run));
  }

  @Test
  void anEndThatIsRefusedIsAnError() {
    node.worker(
        "researcher",
        run -> {
          write(run);
          run.send(ofRun("RUN_FINISHED", run)); // m1 is open
          return Future.succeededFuture();
        });
    assertEquals("error", ended("th").outcome());
  }

  @Test
  void aWorkerThatWaitsIsAnsweredWhenItsNodeStops() {
    var claim = new WorkMessage.Claim(node.service(), "researcher", "x", 20_000);
    var waiting = node.client.ask(claim);
    Await.until(
        "it waits", () -> node.meters.get("holdfast.runs.waiting.workers").gauge().value() == 1);
    node.undeploy();
    assertNull(Await.get(waiting).work());
  }

  /** Its node, or its readers, would wait for the lease. */
  @Test
  void aWorkerThatStopsInMidTextEndsItsRunAtOnce() {
    Promise<Void> begun = Promise.promise();
    RunWorker worker =
        node.worker(
            "researcher",
            run -> {
              write(run);
              run.send(Events.delta("m1", " of it")).onComplete(begun);
              return Promise.<Void>promise().future();
            });
    RunView run = node.started("researcher", "th");
    Await.get(begun.future());
    long from = System.nanoTime();
    Await.get(worker.stop());
    assertEquals("worker_lost", node.ended(run).code());
    assertTrue(System.nanoTime() - from < SOON, "it waited for the lease");
    assertEquals("all of it of it", node.text(run));
  }

  @Test
  void aWorkerThatStopsGivesBackWhatIsNotBegun() {
    Promise<WorkerRun> has = Promise.promise();
    RunWorker first =
        node.worker(
            "researcher",
            run -> {
              has.complete(run);
              return Promise.<Void>promise().future();
            });
    RunView run = node.started("researcher", "th");
    WorkerRun mine = Await.get(has.future());
    long from = System.nanoTime();
    Await.get(first.stop());
    assertEquals(ErrorCode.SHUTTING_DOWN, Await.code(mine.send(Events.open("m1"))));
    node.worker(
        "researcher",
        again -> {
          write(again);
          return again.send(Events.close("m1"));
        });
    RunView ended = node.ended(run);
    assertTrue(System.nanoTime() - from < SOON, "it waited for the lease");
    assertEquals("success", ended.outcome());
    assertEquals(1, ended.attempt(), "it costs none");
  }

  /** The node would give the next run to nobody, and it would wait for the lease. */
  @Test
  void aWorkerThatHasStoppedClaimsNothingMore() {
    RunWorker first = node.worker("researcher", run -> Promise.<Void>promise().future());
    Await.until("it waits", () -> waiting("workers") == 1);
    Await.get(first.stop());
    assertEquals(0, waiting("workers"));
  }

  private RunView cancelledAndStopped(Function<WorkerRun, Future<Void>> begins) {
    Promise<WorkerRun> has = Promise.promise();
    RunWorker worker =
        node.worker(
            "researcher",
            run -> {
              begins.apply(run).onSuccess(sent -> has.complete(run));
              return Promise.<Void>promise().future();
            });
    RunView run = node.started("researcher", "th");
    WorkerRun mine = Await.get(has.future());
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "enough")));
    Await.get(mine.cancellation());
    Await.get(worker.stop());
    return node.ended(run);
  }

  @Test
  void aCancelledRunOfAWorkerThatStopsIsCancelled() {
    RunView ended = cancelledAndStopped(run -> run.send(ofRun("RUN_STARTED", run)));
    assertEquals("cancelled", ended.outcome());
  }

  /** Its end was refused, as a text is open: the service closes that when the grace has passed. */
  @Test
  void aCancelledRunOfAWorkerThatStopsInMidTextIsCancelled() {
    RunView ended =
        cancelledAndStopped(
            run -> {
              write(run);
              return run.send(Events.delta("m1", " of it"));
            });
    assertEquals("cancelled", ended.outcome());
    assertEquals("all of it of it", node.text(ended));
  }

  /** It was an error of the agent, as the end that the library wrote was refused. */
  @Test
  void aHandlerThatStopsInMidTextAsItsRunIsCancelledHasItCancelled() {
    Promise<Void> begun = Promise.promise();
    node.worker(
        ServiceNode.BRIEF,
        run -> {
          write(run);
          run.send(Events.delta("m1", " of it")).onComplete(begun);
          return run.cancellation();
        });
    RunView run = node.started(ServiceNode.BRIEF, "th");
    Await.get(begun.future());
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "enough")));
    assertEquals("cancelled", node.ended(run).outcome());
    assertEquals("all of it of it", node.text(run));
  }

  /** It was tried once: the run waited for the lease. */
  @Test
  void aReleaseIsRepeatedUntilItIsAnswered() {
    Promise<WorkerRun> has = Promise.promise();
    RunWorker worker =
        node.worker(
            "researcher",
            run -> {
              has.complete(run);
              return Promise.<Void>promise().future();
            });
    RunView run = node.started("researcher", "th");
    WorkerRun mine = Await.get(has.future());
    worker.claimNoMore();
    node.undeploy();
    Future<Void> stopped = worker.stop();
    // By then it has asked, and nobody was there.
    assertEquals(ErrorCode.SHUTTING_DOWN, Await.code(mine.send(Events.open("m1"))));
    node.deploy();
    Await.get(stopped);
    assertTrue(mine.done().failed());
    assertEquals("queued", node.get(run).state());
  }

  private double waiting(String who) {
    return node.meters.get("holdfast.runs.waiting." + who).gauge().value();
  }

  /** The others are answered at once, so that no worker takes the places of all. */
  @Test
  void fewBeatsOfARunWait() {
    node.started("researcher", "th");
    var claim = new WorkMessage.Claim(node.service(), "researcher", "x", 0);
    WorkMessage.Work work = Objects.requireNonNull(Await.get(node.client.ask(claim)).work());
    var beat =
        new WorkMessage.Beat(
            node.service(), node.tenant, work.run().run(), work.generation(), null, 7_000);
    List<Future<WorkMessage.Held>> open = new ArrayList<>();
    for (int i = 0; i < Beats.MOST_OF_RUN; i++) {
      open.add(node.client.ask(beat));
    }
    Await.until("they wait", () -> waiting("beats") == Beats.MOST_OF_RUN);
    long from = System.nanoTime();
    Await.get(node.client.ask(beat));
    assertTrue(System.nanoTime() - from < TimeUnit.SECONDS.toNanos(4), "it waited");
    assertEquals(0, open.stream().filter(Future::isComplete).count());
  }

  /** Its batch is on its way: whichever comes first, the run ends, or is another worker's. */
  @Test
  void aWorkerThatStopsAsItBeginsLeavesNothingHalf() {
    for (int i = 0; i < 20; i++) {
      Promise<Void> has = Promise.promise();
      RunWorker worker = new RunWorker(node.bus, node.service(), "researcher", 1);
      worker.start(
          run -> {
            write(run);
            has.complete();
            return Promise.<Void>promise().future();
          });
      RunView run = node.started("researcher", "th" + i);
      Await.get(has.future());
      Await.get(worker.stop());
      assertEquals("worker_lost", node.ended(run).code());
    }
  }

  /** It was notified by its next beat, a quarter of the lease later. */
  @Test
  void aWorkerThatIsSilentHasACancelAtOnce() {
    Promise<WorkerRun> has = Promise.promise();
    node.worker(
        "researcher",
        run -> {
          run.send(ofRun("RUN_STARTED", run)).onSuccess(sent -> has.complete(run));
          return run.cancellation();
        });
    RunView run = node.started("researcher", "th");
    WorkerRun mine = Await.get(has.future());
    Await.until(
        "it beats", () -> node.meters.get("holdfast.runs.waiting.beats").gauge().value() == 1);
    long from = System.nanoTime();
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "enough")));
    Await.get(mine.cancellation());
    assertTrue(System.nanoTime() - from < TimeUnit.SECONDS.toNanos(2), "it waited for a beat");
    assertEquals("cancelled", node.ended(run).outcome());
  }

  @Test
  void aClaimTakesAsManyAsItWantsOfThoseThatWait() {
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      all.add(node.started("researcher", "th" + i).run());
    }
    Set<String> found = new HashSet<>();
    for (int expected : List.of(8, 2, 0)) {
      var claim = new WorkMessage.Claim(node.service(), "researcher", "x", 0, 8);
      List<WorkMessage.Work> some = Await.get(node.client.ask(claim)).all();
      assertEquals(expected, some.size());
      some.forEach(work -> found.add(work.run().run()));
    }
    assertEquals(all, found);
  }

  /** What was acknowledged since the copy is gone: nobody else can say so before the lease. */
  @Test
  void aWorkerEndsItsRunIfTheStoreHasLostAPartOfIt(@OwnRedis TestRedis own) {
    try (ServiceNode alone = new ServiceNode(own.uri())) {
      Promise<WorkerRun> working = Promise.promise();
      alone.worker(
          "researcher",
          run -> {
            write(run);
            working.complete(run);
            return Promise.<Void>promise().future();
          });
      RunView run = alone.started("researcher", "th");
      WorkerRun worker = Await.get(working.future());
      Await.get(worker.send(Events.close("m1")));
      Path copy = own.copyData();
      Await.get(worker.send(Events.open("m2")));
      own.restoreFrom(copy);

      assertEquals(ErrorCode.OUT_OF_SEQUENCE, Await.code(worker.send(Events.delta("m2", "more"))));
      assertEquals(ErrorCode.OUT_OF_SEQUENCE, Await.code(worker.send(Events.close("m2"))));
      Await.get(worker.done());
      assertEquals("log_lost", alone.ended(run).code());
      assertEquals("all of it", alone.text(run));
      List<Publication> log = alone.log(run);
      assertTrue(log.get(log.size() - 1).data().contains("RUN_ERROR"));
    }
  }
}
