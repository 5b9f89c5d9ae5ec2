package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publication;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.AgentLimits;
import dev.holdfast.runs.AgentMessage.ListAgents;
import dev.holdfast.runs.AgentMessage.PutAgent;
import dev.holdfast.runs.AgentMessage.RemoveAgent;
import dev.holdfast.runs.AgentView;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Users, workers and the service between them, on the bus. */
@ExtendWith(RedisExtension.class)
class RunsServiceIT {
  private ServiceNode node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new ServiceNode(redis.uri());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static String started(WorkerRun run) {
    return "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
        .formatted(run.run().threadId(), run.run().runId());
  }

  /** Writes so many words. */
  private static Future<Void> write(WorkerRun run, int words) {
    run.send(started(run));
    run.send(Events.open("m1"));
    Future<Void> last = Future.succeededFuture();
    for (int i = 0; i < words; i++) {
      last = run.send(Events.delta("m1", "word" + i + " "));
    }
    return last.compose(sent -> run.send(Events.close("m1")));
  }

  private static String words(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("word").append(i).append(' ');
    }
    return text.toString();
  }

  @Test
  void aWorkerOnTheBusAnswersAUser() {
    node.worker("researcher", run -> write(run, 300));
    RunView run = node.started("researcher", "th");
    RunView ended = node.ended(run);
    assertEquals("success", ended.outcome());
    assertNull(ended.code());
    assertEquals(words(300), node.text(run));
    Await.until("it is counted", () -> endings("success") == 1);
    assertEquals(1, node.meters.get("holdfast.runs.queued").timer().count());
    assertTrue(node.log(run).size() < 60, "texts are merged: " + node.log(run).size());
  }

  private double endings(String outcome) {
    Counter counter = node.meters.find("holdfast.runs.ended").tag("outcome", outcome).counter();
    return counter == null ? 0 : counter.count();
  }

  @Test
  void aHandlerThatFailsEndsItsRunWithAnError() {
    node.worker(
        "researcher",
        run -> {
          run.send(started(run));
          return Future.failedFuture(
              HoldfastException.withPublicMessage(ErrorCode.INTERNAL, "no tokens left"));
        });
    RunView run = node.started("researcher", "th");
    assertEquals("error", node.ended(run).outcome());
    List<Publication> log = node.log(run);
    assertTrue(log.get(log.size() - 1).data().contains("no tokens left"));
  }

  @Test
  void aWorkerLearnsThatItsRunIsCancelled() {
    Promise<Void> begun = Promise.promise();
    node.worker(
        ServiceNode.BRIEF,
        run -> {
          Promise<Void> enough = Promise.promise();
          run.send(started(run)).onComplete(begun);
          node.vertx.setPeriodic(
              20,
              timer -> {
                if (run.cancelled()) {
                  node.vertx.cancelTimer(timer);
                  enough.tryComplete();
                }
              });
          return enough.future();
        });
    RunView run = node.started(ServiceNode.BRIEF, "th");
    Await.get(begun.future());
    var cancel = new RunMessage.Cancel(node.ann, node.tenant, run.run(), "enough");
    assertTrue(Await.get(node.client.ask(cancel)).cancelling());
    assertEquals("cancelled", node.ended(run).outcome());
    assertEquals("cancelled", Await.get(node.client.ask(cancel)).outcome(), "once more");
  }

  @Test
  void aWorkerThatDoesNotHearIsCancelledAfterItsGrace() {
    Promise<Void> begun = Promise.promise();
    Promise<Void> never = Promise.promise();
    node.worker(
        ServiceNode.BRIEF,
        run -> {
          run.send(started(run)).onComplete(begun);
          return never.future();
        });
    RunView run = node.started(ServiceNode.BRIEF, "th");
    Await.get(begun.future());
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "enough")));
    assertEquals("cancelled", node.ended(run).outcome());
  }

  @Test
  void aCancelThatRacesTheEndLeavesOneEnd() {
    for (int i = 0; i < 20; i++) {
      Promise<Void> begun = Promise.promise();
      Promise<Void> ends = Promise.promise();
      String agent = "researcher";
      RunWorker worker =
          new RunWorker(node.bus, node.service(), agent, 1)
              .start(
                  run -> {
                    write(run, 1).onComplete(begun);
                    return Future.any(ends.future(), run.cancellation()).mapEmpty();
                  });
      RunView run = node.started(agent, "th" + i);
      Await.get(begun.future());
      worker.claimNoMore(); // a stop would wait for the claim
      ends.complete();
      node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "enough"));
      String outcome = node.ended(run).outcome();
      assertTrue(List.of("success", "cancelled").contains(outcome), outcome);
      List<String> types = node.log(run).stream().map(Publication::event).toList();
      assertEquals(
          1, types.stream().filter(type -> type.matches("RUN_FINISHED|RUN_ERROR")).count());
      assertTrue(types.get(types.size() - 1).startsWith("RUN_"), types.toString());
      Await.get(worker.stop());
    }
  }

  @Test
  void aRunThatWaitsIsCancelledAtOnce() {
    RunView run = node.started("researcher", "th");
    RunView cancelled =
        Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "no")));
    assertEquals("cancelled", cancelled.outcome());
    assertEquals("cancelled", node.ended(run).outcome());
  }

  @Test
  void aRunThatNoWorkerTakesEndsByName() {
    RunView run = node.started(ServiceNode.BRIEF, "th");
    assertEquals("no_worker", node.ended(run).code());
  }

  @Test
  void aRunThatIsInNobodysShareEndsToo() {
    node.undeploy();
    node.deployWithoutShare();
    RunView run = node.started(ServiceNode.BRIEF, "th");
    assertEquals("no_worker", node.ended(run).code());
  }

  @Test
  void aNodeWithoutRunsServesNone() {
    node.undeploy();
    node.deployDisabled();
    assertEquals(ErrorCode.UNAVAILABLE, code(node.start(node.ann, "researcher", "th")));
    node.undeploy();
    node.deploy();
    assertEquals("queued", node.started("researcher", "th").state());
  }

  @Test
  void theServiceIsStartedAgainInMidText() {
    AtomicInteger written = new AtomicInteger();
    Promise<Void> enough = Promise.promise();
    node.worker(
        "researcher",
        run -> {
          run.send(started(run));
          run.send(Events.open("m1"));
          type(run, written, enough);
          return enough.future().compose(done -> run.send(Events.close("m1")));
        });
    RunView run = node.started("researcher", "th");
    for (int i = 0; i < 3; i++) {
      int so = written.get();
      Await.until("it goes on", () -> written.get() > so + 3);
      node.undeploy();
      node.deploy();
    }
    int so = written.get();
    Await.until("it goes on", () -> written.get() > so + 3);
    enough.complete();
    assertEquals("success", node.ended(run).outcome());
    String text = node.text(run);
    assertTrue(text.startsWith(words(written.get())), text);
  }

  /** A word at a time. */
  private static void type(WorkerRun run, AtomicInteger written, Promise<Void> enough) {
    if (!enough.future().isComplete()) {
      run.send(Events.delta("m1", "word" + written.get() + " "))
          .onSuccess(
              stored -> {
                written.incrementAndGet();
                type(run, written, enough);
              })
          .onFailure(failure -> enough.tryFail(failure));
    }
  }

  @Test
  void workersShareTheRunsEachOnce() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    AtomicInteger handled = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      node.worker(
          "researcher",
          run -> {
            seen.add(run.run().run());
            handled.incrementAndGet();
            return write(run, 2);
          });
    }
    List<RunView> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      runs.add(node.started("researcher", "th" + i));
    }
    runs.forEach(run -> assertEquals("success", node.ended(run).outcome()));
    assertEquals(20, seen.size());
    assertEquals(20, handled.get());
  }

  @Test
  void whatIsNotTheCallersIsAsIfItNeverWas() {
    RunView run = node.started("researcher", "th");
    Caller bob = node.user("bob");
    Caller stranger = new Caller.User("other", "ann", Set.of(), Set.of("*"));
    HoldfastException never =
        Await.refusal(node.client.ask(new RunMessage.Get(bob, node.tenant, Ids.fresh())));
    for (Caller caller : List.of(bob, stranger)) {
      for (var message :
          List.of(
              new RunMessage.Get(caller, node.tenant, run.run()),
              new RunMessage.Cancel(caller, node.tenant, run.run(), ""))) {
        HoldfastException refused = Await.refusal(node.client.ask(message));
        assertEquals(ErrorCode.NOT_FOUND, refused.code());
        assertEquals(never.publicMessage(), refused.publicMessage());
      }
    }
    assertEquals("queued", node.get(run).state());
  }

  @Test
  void agentsArePutByServicesOfTheirTenantAlone() {
    var limits = new AgentLimits(null, 7_000L, null, null, null, null);
    var put = new PutAgent(node.service(), node.tenant, "seeker", "Seeks", limits);
    assertEquals(7_000, Await.get(node.client.ask(put)).limits().lease());
    var foreign = new Caller.Service("agents", "x", Set.of("other"), Set.of());
    for (Caller caller : List.of(node.ann, foreign)) {
      var theirs = new PutAgent(caller, node.tenant, "seeker", "", limits);
      assertEquals(ErrorCode.FORBIDDEN, Await.code(node.client.ask(theirs)));
      var gone = new RemoveAgent(caller, node.tenant, "seeker");
      assertEquals(ErrorCode.FORBIDDEN, Await.code(node.client.ask(gone)));
    }
    var configured = new PutAgent(node.service(), node.tenant, ServiceNode.BRIEF, "", limits);
    assertEquals(ErrorCode.CONFLICT, Await.code(node.client.ask(configured)));

    assertEquals(List.of("brief", "seeker"), agents(node.service()));
    assertEquals(List.of("brief"), agents(node.ann), "what it may run");
    assertEquals(List.of(), agents(foreign));
    assertTrue(
        Await.get(node.client.ask(new RemoveAgent(node.service(), node.tenant, "seeker"))).was());
    assertEquals(List.of("brief"), agents(node.service()));
  }

  private List<String> agents(Caller caller) {
    return Await.get(node.client.ask(new ListAgents(caller, node.tenant))).agents().stream()
        .map(AgentView::agent)
        .toList();
  }

  @Test
  void aUserStartsOnlyItsOwnRunsOfAgentsThatItMayUse() {
    assertEquals(ErrorCode.FORBIDDEN, code(node.start(node.ann, "writer", "th")));
    RunMessage.Start own = node.start(node.ann, "researcher", "th");
    var bobs =
        new RunMessage.Start(
            node.ann,
            node.tenant,
            "bob",
            "researcher",
            "th",
            own.runId(),
            own.input(),
            false,
            null);
    assertEquals(ErrorCode.FORBIDDEN, code(bobs));
    var elsewhere =
        new RunMessage.Start(
            node.ann, "other", null, "researcher", "th", own.runId(), own.input(), false, null);
    assertEquals(ErrorCode.FORBIDDEN, code(elsewhere));
    assertEquals(ErrorCode.BAD_REQUEST, code(node.start(node.service(), "researcher", "th")));
  }

  private ErrorCode code(RunMessage.Start start) {
    return Await.code(node.client.ask(start));
  }

  @Test
  void aWorkerOfAnotherTenantGetsNothingAndWritesNothing() {
    RunView run = node.started("researcher", "th");
    var foreign = new Caller.Service("agents", "x", Set.of("other"), Set.of());
    assertNull(
        Await.get(node.client.ask(new WorkMessage.Claim(foreign, "researcher", "x", 0))).work());
    var own = node.service();
    var work = Await.get(node.client.ask(new WorkMessage.Claim(own, "researcher", "x", 0))).work();
    assertEquals(run.run(), work.run().run());
    for (WorkMessage<?> message :
        List.<WorkMessage<?>>of(
            new WorkMessage.Events(
                foreign, node.tenant, run.run(), 1, 1, List.of(Events.open("m1"))),
            new WorkMessage.Beat(foreign, node.tenant, run.run(), 1),
            new WorkMessage.Release(foreign, node.tenant, run.run(), 1))) {
      assertEquals(ErrorCode.NOT_FOUND, Await.code(node.client.ask(message)));
    }
    assertTrue(
        Await.get(
                node.client.ask(
                    new WorkMessage.Release(own, node.tenant, run.run(), work.generation())))
            .queued());
    assertEquals("queued", node.get(run).state());
  }

  @Test
  void aWorkerThatWaitsIsServedWhenARunStarts() {
    var own = node.service();
    var waiting = node.client.ask(new WorkMessage.Claim(own, "researcher", "x", 20_000));
    RunView run = node.started("researcher", "th");
    assertEquals(run.run(), Await.get(waiting).work().run().run());
    var none = node.client.ask(new WorkMessage.Claim(own, "researcher", "x", 300));
    assertNull(Await.get(none).work());
  }
}
