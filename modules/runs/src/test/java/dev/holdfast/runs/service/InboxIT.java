package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunMessage.Say;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said to runs, and what their workers hear of it. */
@ExtendWith(RedisExtension.class)
class InboxIT {
  /** An agent whose workers give a sign of life each 15 s only. */
  private static final String SELDOM = "researcher";

  private static final String HEARD = "m1 m2 m3";

  private ServiceNode node;
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final Promise<Void> done = Promise.promise();

  @BeforeEach
  void open(TestRedis redis) {
    Duration minute = Duration.ofMinutes(1);
    Duration brief = Duration.ofSeconds(3);
    var seldom = new RunLimits(minute, minute, minute, minute, brief, 2);
    var soon = new RunLimits(minute, brief, minute, minute, brief, 2);
    var agents = Map.of(SELDOM, AgentConfig.of(seldom), ServiceNode.BRIEF, AgentConfig.of(soon));
    node = new ServiceNode(redis.uri(), TestConfig.with(Map.of("agents", agents)));
  }

  @AfterEach
  void close() {
    node.close();
  }

  static String message(String id) {
    return "{\"id\":\"%s\",\"role\":\"user\",\"content\":\"And?\"}".formatted(id);
  }

  static String answer(String id, String status) {
    return "{\"id\":\"%s\",\"status\":\"%s\",\"payload\":{\"n\":1.50}}".formatted(id, status);
  }

  private Say messages(Caller caller, RunView run, String... ids) {
    List<String> said = List.of(ids).stream().map(InboxIT::message).toList();
    return new Say(caller, node.tenant, run.run(), Kind.MESSAGE, said);
  }

  private void say(RunView run, String... ids) {
    Await.get(node.client.ask(messages(node.ann, run, ids)));
  }

  private Future<Void> hear(WorkerRun run) {
    run.inbox().onInput(entry -> heard.add(entry.id()));
    return done.future().compose(now -> run.send(started(run.run())));
  }

  private static String started(RunView run) {
    return "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
        .formatted(run.threadId(), run.runId());
  }

  private void hears(String all) {
    Await.until("it hears " + all, () -> String.join(" ", heard).equals(all));
  }

  /** What comes twice comes soon. */
  private void heardOnly(RunView run, String all) {
    hears(all);
    done.tryComplete();
    assertEquals("success", node.ended(run).outcome());
    assertEquals(all, String.join(" ", heard));
  }

  private WorkMessage.Work claimed(String agent) {
    var claim = new WorkMessage.Claim(node.service(), agent, "x", 5_000);
    return Objects.requireNonNull(Await.get(node.client.ask(claim)).work());
  }

  private List<InboxEntry> beat(WorkMessage.Work work, long wait, long after) {
    String run = work.run().run();
    return Await.get(
            node.client.ask(
                new WorkMessage.Beat(
                    node.service(), node.tenant, run, work.generation(), null, wait, after)))
        .inbox();
  }

  @Test
  void aWorkerHearsAllThatIsSaidInItsOrderOnce() {
    RunView run = node.started(SELDOM, "th");
    say(run, "m1", "m2");
    node.worker(SELDOM, this::hear);
    hears("m1 m2");
    say(run, "m3");
    say(run, "m2", "m3");
    heardOnly(run, HEARD);
  }

  /** It beats each 15 s, and hears of a word at once, also of the second and third. */
  @Test
  void aWorkerThatWaitsHearsAtOnce() {
    RunView run = node.started(SELDOM, "th");
    node.worker(SELDOM, this::hear);
    Await.until(
        "it waits", () -> node.meters.get("holdfast.runs.waiting.beats").gauge().value() > 0);
    long from = System.nanoTime();
    for (int i = 1; i <= 8; i++) {
      say(run, "m" + i);
      int most = i;
      Await.until("it hears m" + i, () -> heard.size() == most);
    }
    long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from);
    assertTrue(took < 60, "s: " + took); // without notices it is 15 s for each
    heardOnly(run, "m1 m2 m3 m4 m5 m6 m7 m8");
  }

  @Test
  void anAnswerIsHeardAsItWasWrittenAndOneCounts() {
    RunView run = node.started(SELDOM, "th");
    Queue<InboxEntry> entries = new ConcurrentLinkedQueue<>();
    node.worker(
        SELDOM,
        of -> {
          of.inbox().onInput(entries::add);
          return done.future();
        });
    String first = answer("q1", "resolved");
    var phone = new Say(node.ann, node.tenant, run.run(), Kind.ANSWER, List.of(first));
    var page =
        new Say(node.ann, node.tenant, run.run(), Kind.ANSWER, List.of(answer("q1", "cancelled")));
    Await.get(node.client.ask(phone));
    HoldfastException late = Await.refusal(node.client.ask(page));
    assertEquals(ErrorCode.CONFLICT, late.code());
    assertEquals("answers: another answer came first: q1", late.publicMessage());
    Await.get(node.client.ask(phone));

    Await.until("it hears", () -> !entries.isEmpty());
    InboxEntry heardOne = entries.remove();
    assertEquals(new InboxEntry(heardOne.n(), Kind.ANSWER, "q1", "ann", first), heardOne);
    assertEquals(1.0, said("answer"));
    assertEquals(1.0, said("refused"));
  }

  private double said(String what) {
    return node.meters.get("holdfast.runs.said").tag("what", what).counter().count();
  }

  /** Of the first worker nothing was published: the next one works on all that was said. */
  @Test
  void theNextWorkerHearsWhatTheOneThatWasLostHadHeard() {
    RunView run = node.started(ServiceNode.BRIEF, "th");
    say(run, "m1", "m2");
    WorkMessage.Work lost = claimed(ServiceNode.BRIEF);
    List<InboxEntry> its = beat(lost, 0, 0);
    assertEquals(2, its.size());
    assertEquals(List.of(), beat(lost, 0, its.get(1).n()));

    node.worker(ServiceNode.BRIEF, this::hear);
    hears("m1 m2");
    say(run, "m3");
    heardOnly(run, HEARD);
    assertEquals(2, node.get(run).attempt());
  }

  /** Its word is neither lost nor heard again, whichever node answers it. */
  @Test
  void aWorkerGoesOnHearingWhenItsServiceComesBack() {
    RunView run = node.started(ServiceNode.BRIEF, "th");
    node.worker(
        ServiceNode.BRIEF,
        of -> {
          of.send(started(of.run()));
          of.inbox().onInput(entry -> heard.add(entry.id()));
          return done.future();
        });
    say(run, "m1");
    hears("m1");
    node.undeploy();
    node.deploy();
    say(run, "m2", "m3");
    heardOnly(run, HEARD);
  }

  @Test
  void aWorkerThatTakesNothingKeepsTheInboxFullAndThenTakesAllOfItOnce() {
    RunView run = node.started(SELDOM, "th");
    Promise<WorkerRun> begun = Promise.promise();
    node.worker(
        SELDOM,
        of -> {
          of.send(started(of.run())).onSuccess(stored -> begun.complete(of));
          return done.future();
        });
    WorkerRun worker = Await.get(begun.future());
    String[] ids = IntStream.range(0, 64).mapToObj(i -> "m" + i).toArray(String[]::new);
    for (int i = 0; i < 64; i += 16) {
      say(run, List.of(ids).subList(i, i + 16).toArray(String[]::new));
    }
    var more = messages(node.ann, run, "m64");
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(node.client.ask(more)));

    Await.until(
        "it takes all",
        () -> {
          InboxEntry next = worker.inbox().poll();
          if (next != null) {
            heard.add(next.id());
          }
          return heard.size() == 64;
        });
    Await.until(
        "there is room",
        () ->
            node.client
                .ask(more)
                .toCompletionStage()
                .toCompletableFuture()
                .handle((took, refused) -> refused == null)
                .get());
    worker.inbox().onInput(entry -> heard.add(entry.id()));
    heardOnly(run, String.join(" ", ids) + " m64");
  }

  /** It was acknowledged: the thread has it, and the run that waits for it. */
  @Test
  void aMessageThatNoWorkerHasHeardIsTheNextRuns() {
    RunView run = node.started(SELDOM, "th");
    WorkMessage.Work work = claimed(SELDOM);
    enqueued();
    say(run, "m1", "m2");
    var last =
        new Say(node.ann, node.tenant, run.run(), Kind.ANSWER, List.of(answer("q1", "resolved")));
    Await.get(node.client.ask(last));
    String finished = started(run).replace("RUN_STARTED", "RUN_FINISHED");
    Await.get(
        node.client.ask(
            new WorkMessage.Events(
                node.service(),
                node.tenant,
                run.run(),
                work.generation(),
                1,
                List.of(
                    started(run),
                    Events.open("m1").replace("assistant", "user"),
                    Events.delta("m1", "And?"),
                    Events.close("m1"),
                    finished))));

    String next = claimed(SELDOM).input();
    assertEquals(1, next.split("\"m1\"", -1).length - 1, next);
    assertTrue(next.contains(message("m2")), next);
    assertFalse(next.contains("q1"), next);
    assertTrue(next.indexOf("\"m1\"") < next.indexOf("\"m2\""), next);
  }

  /** The answer to it is in the thread; the next run would answer it again. */
  @Test
  void aMessageThatItsWorkerHadBeforeItEndedTheRunIsNotTheNextRuns() {
    RunView run = node.started(SELDOM, "th");
    enqueued();
    say(run, "m1");
    WorkMessage.Work work = claimed(SELDOM);
    long n = beat(work, 0, 0).get(0).n();
    assertEquals(List.of(), beat(work, 0, n));
    String finished = started(run).replace("RUN_STARTED", "RUN_FINISHED");
    List<String> all = List.of(started(run), finished);
    Await.get(
        node.client.ask(
            new WorkMessage.Events(
                node.service(), node.tenant, run.run(), work.generation(), 1, all)));

    String next = claimed(SELDOM).input();
    assertFalse(next.contains("m1"), next);
  }

  /** It has something of the inbox that it does not take. */
  @Test
  void aWorkerThatTakesNothingIsCancelledAtOnceAllTheSame() {
    RunView run = node.started(SELDOM, "th");
    Promise<Void> cancelled = Promise.promise();
    node.worker(SELDOM, of -> of.cancellation().onSuccess(cancelled::tryComplete));
    Await.until(
        "it waits", () -> node.meters.get("holdfast.runs.waiting.beats").gauge().value() > 0);
    say(run, "m1");
    say(run, "m2");
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "")));
    Await.get(cancelled.future()); // its next beat comes when the run has ended
  }

  /** A run that waits for the one before. */
  private void enqueued() {
    RunMessage.Start of = node.start(node.ann, SELDOM, "th");
    Await.get(
        node.client.ask(
            new RunMessage.Start(
                node.ann,
                of.tenant(),
                null,
                SELDOM,
                "th",
                of.runId(),
                of.input(),
                false,
                Busy.ENQUEUE)));
  }

  @Test
  void theAnswerToABatchHasWhatWasSaid() {
    RunView run = node.started(SELDOM, "th");
    WorkMessage.Work work = claimed(SELDOM);
    say(run, "m1");
    var batch =
        new WorkMessage.Events(
            node.service(),
            node.tenant,
            run.run(),
            work.generation(),
            1,
            List.of(started(run)),
            null,
            0L);
    List<InboxEntry> said = Await.get(node.client.ask(batch)).inbox();
    assertEquals("m1", said.get(0).id());
    var next =
        new WorkMessage.Events(
            node.service(),
            node.tenant,
            run.run(),
            work.generation(),
            2,
            List.of(Events.open("m2")),
            null,
            said.get(0).n());
    assertEquals(List.of(), Await.get(node.client.ask(next)).inbox());
  }

  @Test
  void aWorkerOfBeforeHearsNothing() {
    RunView run = node.started(SELDOM, "th");
    WorkMessage.Work work = claimed(SELDOM);
    say(run, "m1");
    var beat = new WorkMessage.Beat(node.service(), node.tenant, run.run(), work.generation());
    assertEquals(List.of(), Await.get(node.client.ask(beat)).inbox());
  }
}
