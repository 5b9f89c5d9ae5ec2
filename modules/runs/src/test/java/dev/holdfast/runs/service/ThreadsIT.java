package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.ThreadMessage.DeleteThread;
import dev.holdfast.runs.ThreadMessage.ListMessages;
import dev.holdfast.runs.ThreadMessage.ListRuns;
import dev.holdfast.runs.ThreadMessage.ListThreads;
import dev.holdfast.runs.ThreadMessage.NameThread;
import dev.holdfast.runs.ThreadMessage.ShowThread;
import dev.holdfast.runs.ThreadView;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Threads as their owner sees them: listed, read, named, deleted. */
@ExtendWith(RedisExtension.class)
class ThreadsIT {
  private static final String AGENT = "researcher";

  private ServiceNode node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new ServiceNode(redis.uri());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private <A> A ask(ThreadMessage<A> message) {
    return Await.get(node.client.ask(message));
  }

  private ErrorCode code(ThreadMessage<?> message) {
    return Await.code(node.client.ask(message));
  }

  private ThreadView show(String thread) {
    return ask(new ShowThread(node.ann, node.tenant, null, thread));
  }

  private DeleteThread delete(String thread) {
    return new DeleteThread(node.ann, node.tenant, null, thread);
  }

  private static Future<Void> write(WorkerRun run, String text) {
    run.send(
        "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
            .formatted(run.run().threadId(), run.run().runId()));
    String message = "m-" + run.run().runId();
    run.send(Events.open(message));
    run.send(Events.delta(message, text));
    return run.send(Events.close(message));
  }

  private RunView answered(String thread) {
    return node.ended(node.started(AGENT, thread));
  }

  @Test
  void aThreadIsListedReadNamedAndDeleted() {
    node.worker(AGENT, run -> write(run, "Hello"));
    RunView run = answered("th");
    ThreadView thread = show("th");
    assertEquals(List.of("ann", "th"), List.of(thread.owner(), thread.threadId()));
    assertEquals(run.run(), thread.lastRun());
    assertNull(thread.activeRun());
    assertNull(thread.title());

    var page = ask(new ListMessages(node.ann, node.tenant, null, "th", null, 10));
    JsonNode messages = Json.parse(page.messages());
    assertEquals("Hello", messages.path(0).path("content").asText(), page.messages());
    assertEquals(thread.version(), page.thread().version());
    var runs = ask(new ListRuns(node.ann, node.tenant, null, "th", 10)).runs();
    assertEquals(List.of(run.run()), runs.stream().map(RunView::run).toList());

    assertEquals("A talk", ask(name("th", "A talk")).title());
    answered("th");
    assertEquals("A talk", show("th").title(), "a run leaves it");
    assertNull(ask(name("th", null)).title());

    assertEquals(2, ask(delete("th")).runs());
    assertEquals(ErrorCode.NOT_FOUND, code(new ShowThread(node.ann, node.tenant, null, "th")));
    assertEquals(ErrorCode.NOT_FOUND, code(delete("th")), "twice");
    assertEquals(ErrorCode.NOT_FOUND, code(name("th", "late")));
    assertEquals(List.of(), listed(node.ann, ""));
    assertNothingIsLeft(run);
    assertEquals("success", node.get(run).outcome(), "its id is not used again");

    answered("th");
    assertEquals(List.of("th"), listed(node.ann, ""), "a new one of that name");
  }

  private NameThread name(String thread, String title) {
    return new NameThread(node.ann, node.tenant, null, thread, title);
  }

  private List<String> listed(Caller caller, String after) {
    var page = ask(new ListThreads(caller, node.tenant, "ann", after, 100));
    return page.threads().stream().map(ThreadView::threadId).toList();
  }

  @Test
  void pagesOfThreadsHaveEachOnce() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      node.started(AGENT, "th" + i);
      all.add("th" + i);
    }
    List<String> read = new ArrayList<>();
    String next = "";
    while (next != null) {
      var page = ask(new ListThreads(node.service(), node.tenant, "ann", next, 3));
      assertTrue(page.threads().size() <= 3);
      page.threads().forEach(thread -> read.add(thread.threadId()));
      next = page.next();
    }
    assertEquals(all, read.stream().sorted(ThreadsIT::byNumber).toList());
    assertEquals(
        ErrorCode.BAD_REQUEST,
        code(new ListThreads(node.ann, node.tenant, null, "not a cursor", 3)));
  }

  /** Each was taken for 1 KiB, and may have fourteen. */
  @Test
  void pagesHaveNoMoreBytesThanTheirReaderWants() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      all.add("é".repeat(250) + i);
      node.started(AGENT, all.get(i));
    }
    List<String> read = new ArrayList<>();
    String next = "";
    while (next != null) {
      var page = ask(new ListThreads(node.ann, node.tenant, null, next, 5, 3_000));
      assertTrue(page.answerBytes() <= 3_000 && !page.threads().isEmpty());
      page.threads().forEach(thread -> read.add(thread.threadId()));
      next = page.next();
    }
    assertEquals(all, read.stream().sorted().toList());
    var few = ask(new ListThreads(node.ann, node.tenant, null, "", 5, 1));
    assertEquals(1, few.threads().size(), "one at least");
  }

  @Test
  void pagesOfRunsHaveEachOnce() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      RunView run = node.started(AGENT, "th");
      ask(new ShowThread(node.ann, node.tenant, null, "th"));
      Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, run.run(), "")));
      node.ended(run);
      all.add(0, run.run());
    }
    for (int bytes : List.of(0, 1_200)) {
      List<String> read = new ArrayList<>();
      String next = "";
      for (int pages = 0; next != null; pages++) {
        var page = ask(new ListRuns(node.ann, node.tenant, null, "th", next, 3, bytes));
        assertTrue(page.runs().size() <= (bytes == 0 ? 3 : 2) && pages < 5);
        page.runs().forEach(run -> read.add(run.run()));
        next = page.next();
      }
      assertEquals(all, read);
    }
    assertEquals(
        ErrorCode.NOT_FOUND,
        code(new ListRuns(node.ann, node.tenant, null, "th", "another", 3, 0)));
  }

  private static int byNumber(String a, String b) {
    return Integer.compare(number(a), number(b));
  }

  private static int number(String thread) {
    return Integer.parseInt(thread.substring(2));
  }

  @Test
  void aThreadThatHasARunIsNotDeleted() {
    Promise<Void> begun = Promise.promise();
    Promise<Void> ends = Promise.promise();
    node.worker(
        AGENT,
        run -> {
          write(run, "so far").onComplete(begun);
          return ends.future();
        });
    RunView run = node.started(AGENT, "th");
    Await.get(begun.future());
    assertEquals(run.run(), show("th").activeRun());
    assertEquals(ErrorCode.CONFLICT, code(delete("th")));
    assertEquals(
        "[]", ask(new ListMessages(node.ann, node.tenant, null, "th", null, 9)).messages());
    ends.complete();
    node.ended(run);
    assertEquals("so far", node.text(run), "nothing was deleted");
    assertEquals(1, ask(delete("th")).runs());
  }

  /** Its reader has the end before the thread is free. */
  @Test
  void aDeletionRightAfterTheLastEventWaitsForTheEnd() {
    node.worker(AGENT, run -> write(run, "all"));
    RunView run = node.started(AGENT, "th");
    Await.until("it ends", () -> List.of("ending", "ended").contains(node.get(run).state()));
    assertEquals(1, ask(delete("th")).runs());
    assertEquals(List.of(), listed(node.ann, ""));
    assertNothingIsLeft(run);
  }

  private void assertNothingIsLeft(RunView run) {
    assertEquals(List.of(), node.log(run), "its log");
    var snapshot = new RunMessage.Snapshot(node.ann, node.tenant, run.run());
    assertEquals(ErrorCode.NOT_FOUND, Await.code(node.client.ask(snapshot)));
  }

  /**
   * The thread is free before its run is over: what the run has said stayed, and nobody found it.
   */
  @Test
  void aThreadWhoseRunIsNotOverIsKeptWholeAndThenDeletedWhole(TestRedis redis) {
    node.worker(AGENT, run -> write(run, "all"));
    RunView run = answered("th");
    RunKey key = new RunKey(node.tenant, run.run());
    try (Stores stores = new Stores(redis.uri())) {
      String record = Keys.run(key.channel());
      stores.redis("HSET", record, "state", "ending");
      assertEquals(ErrorCode.CONFLICT, code(delete("th")));
      assertEquals("all", node.text(run));
      assertEquals(run.run(), show("th").lastRun());

      var deleted = node.client.ask(delete("th"));
      stores.redis("HSET", record, "state", "ended");
      assertEquals(1, Await.get(deleted).runs());
    }
    assertNothingIsLeft(run);
  }

  @Test
  void aDeletionAndAStartAtOnceLeaveAThreadOrNone() {
    node.worker(AGENT, run -> write(run, "x"));
    for (int i = 0; i < 10; i++) {
      String thread = "th" + i;
      answered(thread);
      var deleted = node.client.ask(delete(thread));
      RunView second = Await.get(node.client.ask(node.start(node.ann, AGENT, thread)));
      Await.until("it is answered", deleted::isComplete);
      node.ended(second);
      boolean goneAfterIt = deleted.succeeded() && !listed(node.ann, "").contains(thread);
      if (goneAfterIt) {
        assertEquals(
            ErrorCode.NOT_FOUND, code(new ShowThread(node.ann, node.tenant, null, thread)));
        assertNothingIsLeft(second);
      } else {
        assertEquals(second.run(), show(thread).lastRun());
        assertTrue(listed(node.ann, "").contains(thread), "it is listed");
        assertEquals("x", node.text(second), "it is whole");
      }
      if (deleted.failed()) {
        assertEquals(ErrorCode.CONFLICT, Await.code(deleted));
      }
    }
  }

  @Test
  void whatIsNotTheCallersIsAsIfItNeverWas() {
    node.started(AGENT, "th");
    Caller stranger = new Caller.User("other", "ann", Set.of(), Set.of("*"));
    Caller foreign = new Caller.Service("desk", "1", Set.of("other"), Set.of("*"));
    HoldfastException never =
        Await.refusal(node.client.ask(new ShowThread(node.ann, node.tenant, null, Ids.fresh())));
    for (Caller caller : List.of(node.user("bob"), stranger, foreign)) {
      for (ThreadMessage<?> message : all(caller, "ann")) {
        HoldfastException refused = Await.refusal(node.client.ask(message));
        assertEquals(ErrorCode.NOT_FOUND, refused.code(), message.toString());
        assertEquals(never.publicMessage(), refused.publicMessage());
      }
    }
    for (ThreadMessage<?> message : all(node.service(), null)) {
      assertEquals(ErrorCode.BAD_REQUEST, code(message), message.toString());
    }
    assertNotNull(ask(new ShowThread(node.service(), node.tenant, "ann", "th")).activeRun());
    assertEquals(
        ErrorCode.NOT_FOUND, code(new ShowThread(node.service(), node.tenant, "bob", "th")));
  }

  private List<ThreadMessage<?>> all(Caller caller, String owner) {
    String tenant = node.tenant;
    return List.of(
        new ListThreads(caller, tenant, owner, "", 9),
        new ShowThread(caller, tenant, owner, "th"),
        new NameThread(caller, tenant, owner, "th", "mine"),
        new DeleteThread(caller, tenant, owner, "th"),
        new ListMessages(caller, tenant, owner, "th", null, 9),
        new ListRuns(caller, tenant, owner, "th", 9));
  }
}
