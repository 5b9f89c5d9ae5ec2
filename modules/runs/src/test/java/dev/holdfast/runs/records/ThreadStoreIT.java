package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Threads: one active run at a time, what it has left, and whose threads there are. */
@ExtendWith(RedisExtension.class)
class ThreadStoreIT {
  private Stores stores;
  private ThreadStore threads;

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    threads = stores.threads;
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private RunRecord begun(String thread, String run) {
    RunSpec spec = stores.spec(thread, run);
    assertEquals(Optional.empty(), Await.get(threads.begin(spec)));
    return Await.get(stores.runs.create(spec)).run();
  }

  @Test
  void aThreadHasOneActiveRun() {
    RunRecord first = begun("th", "r1");
    RunSpec second = stores.spec("th", "r2");
    assertEquals(Optional.of(first.key()), Await.get(threads.begin(second)));
    assertEquals(Optional.empty(), Await.get(threads.begin(stores.spec("th", "r1"))));

    assertTrue(Await.get(threads.end(first, "{}".getBytes())));
    assertFalse(Await.get(threads.end(first, "late".getBytes())), "once");
    Await.until("a ms later", () -> began(second, first) < Await.get(stores.dues.now()));
    assertEquals(Optional.empty(), Await.get(threads.begin(second)));
    assertArrayEquals("{}".getBytes(), Await.get(threads.document(first.thread())));
    assertEquals(List.of(second.key(), first.key()), Await.get(threads.runs(first.thread())));
  }

  private long began(RunSpec of, RunRecord run) {
    String key = Keys.threadRuns(stores.tenant, of.thread().thread());
    return (long) Double.parseDouble(stores.redis("ZSCORE", key, run.key().run()).asText());
  }

  private RunSpec answering(String run, String... questions) {
    return answering("th", run, questions);
  }

  private RunSpec answering(String thread, String run, String[] questions) {
    ObjectNode input = (ObjectNode) Json.parse(Stores.input(thread, run));
    ArrayNode resume = input.putArray("resume");
    for (String question : questions) {
      resume.addObject().put("interruptId", question).put("status", "resolved");
    }
    RunLimits limits = RunLimits.DEFAULT;
    return RunSpec.of(
        stores.tenant, "ann", thread, run, "researcher", Json.text(input), limits, false);
  }

  private static JsonNode asking(String... questions) {
    ObjectNode end = Json.object();
    ArrayNode interrupts = end.putObject("outcome").put("type", "interrupt").putArray("interrupts");
    for (String question : questions) {
      interrupts.addObject().put("id", question).put("expiresAt", "2999-01-01T00:00:00Z");
    }
    return end;
  }

  private String refused(RunSpec spec) {
    HoldfastException refusal = Await.refusal(threads.begin(spec));
    assertEquals(ErrorCode.CONFLICT, refusal.code());
    return refusal.publicMessage();
  }

  /** Two devices answered, and both started a run: the second answer had no effect, silently. */
  @Test
  void aThreadGoesOnWithTheFirstAnswersToAllItsQuestions() {
    RunRecord first = begun("th", "r1");
    assertTrue(Await.get(threads.end(first, "{}".getBytes(), asking("q1", "q2"))));

    assertEquals("thread: it waits for answers to q1, q2", refused(stores.spec("th", "r2")));
    assertEquals("thread: it waits for answers to q2", refused(answering("r2", "q1")));
    assertTrue(refused(answering("r2", "q1", "q2", "q3")).endsWith("answered: q3"));
    RunSpec answers = answering("r2", "q1", "q2");
    assertEquals(Optional.empty(), Await.get(threads.begin(answers)));
    assertEquals(Optional.empty(), Await.get(threads.begin(answers)), "the same again");
    assertEquals(Optional.of(answers.key()), Await.get(threads.begin(answering("r3", "q1", "q2"))));

    RunRecord second = Await.get(stores.runs.create(answers)).run();
    assertTrue(Await.get(threads.end(second, "{}".getBytes(), asking())));
    assertTrue(refused(answering("r3", "q1", "q2")).startsWith("resume: not open"));
    assertEquals(Optional.empty(), Await.get(threads.begin(stores.spec("th", "r4"))));
  }

  @Test
  void aStartThatIsGivenUpLeavesTheQuestionsOpen() {
    RunRecord first = begun("th", "r1");
    Await.get(threads.end(first, "{}".getBytes(), asking("q1")));
    RunSpec given = answering("r2", "q1");
    assertEquals(Optional.empty(), Await.get(threads.begin(given)));
    RunSpec other = answering("r3", "q1");
    Duration none = Duration.ZERO;
    assertEquals(Optional.empty(), Await.get(threads.begin(other, given.key(), none)));
  }

  @Test
  void whatHasExpiredOrIsDismissedKeepsNothingWaiting() {
    RunRecord first = begun("th", "r1");
    ObjectNode asks = asking("q1", "q2").deepCopy();
    for (JsonNode one : asks.path("outcome").path("interrupts")) {
      ((ObjectNode) one).put("expiresAt", "2020-01-01T00:00:00Z");
    }
    Await.get(threads.end(first, "{}".getBytes(), asks));
    assertTrue(refused(answering("r2", "q3")).startsWith("resume: not open"));
    RunSpec late = answering("r2", "q1"); // AG-UI's client answers it, as cancelled
    assertEquals(Optional.empty(), Await.get(threads.begin(late)));
    RunRecord second = Await.get(stores.runs.create(late)).run();
    Await.get(threads.end(second, "{}".getBytes(), asking("q1")));
    RunSpec plain = stores.spec("th", "r3");
    var dismissing =
        RunSpec.of(
            plain.tenant(), "ann", "th", "r3", plain.agent(), plain.input(), plain.limits(), true);
    assertEquals(Optional.empty(), Await.get(threads.begin(dismissing)));
  }

  private static JsonNode failing() {
    return Json.object().put("type", "RUN_ERROR").put("message", "no");
  }

  /** Its page sends the answers again, or goes on without. */
  @Test
  void whatARunThatFailsHasAnsweredMayBeAnsweredAgain() {
    RunRecord first = begun("th", "r1");
    Await.get(threads.end(first, "{}".getBytes(), asking("q1")));
    for (String run : List.of("r2", "r3")) {
      RunSpec answers = answering(run, "q1");
      assertEquals(Optional.empty(), Await.get(threads.begin(answers)));
      RunRecord failed = Await.get(stores.runs.create(answers)).run();
      Await.get(threads.end(failed, "{}".getBytes(), failing()));
    }
    assertTrue(refused(answering("r4", "q2")).startsWith("resume: not open"));
    RunRecord without = begun("th", "r4");
    Await.get(threads.end(without, "{}".getBytes(), asking()));
    assertTrue(refused(answering("r5", "q1")).startsWith("resume: not open"));
  }

  /** A node that knows no questions has ended a run since. */
  @Test
  void questionsOfAnEarlierRunThanTheLastKeepNothingWaiting() {
    RunRecord first = begun("th", "r1");
    Await.get(threads.end(first, "{}".getBytes(), asking("q1")));
    String key = Keys.thread(stores.tenant, first.thread().thread());
    stores.redis("HSET", key, "last", stores.spec("th", "r2").key().run());
    RunRecord third = begun("th", "r3");
    Await.get(threads.end(third, "{}".getBytes(), failing()));
    begun("th", "r4");
  }

  /** Which of them are answered can't be said. */
  @Test
  void aRunThatAsksTooMuchIsAnsweredUnchecked() {
    String[] many = IntStream.range(0, 17).mapToObj(i -> "q" + i).toArray(String[]::new);
    for (String[] ids : List.of(many, new String[] {"q".repeat(257)})) {
      String thread = "th" + ids.length;
      RunRecord first = begun(thread, "r1");
      Await.get(threads.end(first, "{}".getBytes(), asking(ids)));
      RunSpec answers = answering(thread, "r2", ids);
      RunInput.check(answers);
      assertEquals(Optional.empty(), Await.get(threads.begin(answers)));
    }
  }

  /** The start of the other run may be under way at another node. */
  @Test
  void aRunThatIsNotThereIsReplacedOnlyLongAfterItsBeginning() {
    RunSpec first = stores.spec("th", "r1");
    RunSpec second = stores.spec("th", "r2");
    Duration minute = Duration.ofMinutes(1);
    Await.get(threads.begin(first));
    assertEquals(Optional.of(first.key()), Await.get(threads.begin(second, first.key(), minute)));

    String key = Keys.threadRuns(stores.tenant, first.thread().thread());
    stores.redis("ZINCRBY", key, -minute.toMillis() - 1_000, first.key().run());
    Await.get(threads.begin(first));
    assertEquals(
        Optional.of(first.key()),
        Await.get(threads.begin(second, first.key(), minute)),
        "it was started again");
    stores.redis("ZINCRBY", key, -minute.toMillis() - 1_000, first.key().run());
    assertEquals(Optional.empty(), Await.get(threads.begin(second, first.key(), minute)));
  }

  @Test
  void aRunThatHasEndedAndWasLeftActiveIsReplacedByItsNameOnly() {
    RunRecord first = begun("th", "r1");
    RunSpec second = stores.spec("th", "r2");
    RunKey other = stores.spec("th", "r0").key();
    assertEquals(Optional.of(first.key()), Await.get(threads.begin(second, other, Duration.ZERO)));
    assertEquals(Optional.empty(), Await.get(threads.begin(second, first.key(), Duration.ZERO)));
    assertFalse(Await.get(threads.end(first, "late".getBytes())));
    assertNull(Await.get(threads.document(first.thread())));
  }

  @Test
  void threadsOfAUserAreListedNewestFirstAndOthersAreNot() {
    begun("one", "r1");
    stores.redis(
        "ZADD",
        Keys.userThreads(stores.tenant, "ann"),
        1,
        ThreadKey.of(stores.tenant, "ann", "one").thread());
    begun("two", "r1");
    var bobs =
        RunSpec.of(
            stores.tenant, "bob", "bobs", "r1", "researcher", "{}", RunLimits.DEFAULT, false);
    Await.get(threads.begin(bobs));

    var listed = listed(stores.tenant, "", 10).threads();
    assertEquals(List.of("two", "one"), listed.stream().map(ThreadRecord::threadId).toList());
    assertEquals(stores.spec("two", "r1").key().run(), listed.get(0).active());
    var first = listed(stores.tenant, "", 1);
    var second = listed(stores.tenant, first.next(), 1);
    assertEquals("one", second.threads().get(0).threadId());
    assertEquals("", second.next());
    assertEquals(List.of(), listed("x" + stores.tenant, "", 10).threads());
  }

  private ThreadStore.Page listed(String tenant, String after, int limit) {
    return Await.get(threads.ofUser(tenant, "ann", after, limit));
  }

  /** Those of one second would come twice, or never; letters are in no order of a language. */
  @Test
  void pagesHaveEachThreadOnceAlsoThoseOfOneSecond() {
    List<String> ids = new ArrayList<>();
    String key = Keys.userThreads(stores.tenant, "ann");
    for (int i = 0; i < 30; i++) {
      RunSpec spec = stores.spec("th" + i, "r1");
      Await.get(threads.begin(spec));
      ids.add(spec.threadId());
      stores.redis("ZADD", key, 100 + i / 10, spec.thread().thread());
    }
    stores.redis("ZADD", key, 101, "gone"); // the record of it has expired
    List<String> read = new ArrayList<>();
    String next = "";
    do {
      var page = listed(stores.tenant, next, 4);
      page.threads().forEach(thread -> read.add(thread.threadId()));
      next = page.next();
    } while (!next.isEmpty());
    assertEquals(ids.size(), read.size(), read.toString());
    assertEquals(Set.copyOf(ids), Set.copyOf(read));
    for (String bad : List.of("x", "1", "1:a b", "x:y", ":", "1:")) {
      assertEquals(
          ErrorCode.BAD_REQUEST, Await.code(threads.ofUser(stores.tenant, "ann", bad, 4)), bad);
    }
  }

  @Test
  void aThreadIsDeletedUnlessARunIsActive() {
    RunRecord first = begun("th", "r1");
    ThreadKey thread = first.thread();
    Duration none = Duration.ZERO;
    Duration minute = Duration.ofMinutes(1);
    String run = first.key().run();
    assertFalse(Await.get(threads.forget(thread, "ann", null, none)));
    assertFalse(Await.get(threads.forget(thread, "ann", "other", none)));
    assertFalse(Await.get(threads.forget(thread, "ann", run, minute)), "its start goes on");
    Await.get(threads.end(first, "{}".getBytes()));
    assertTrue(Await.get(threads.name(thread, "A title")));
    assertEquals("A title", Await.get(threads.get(thread)).orElseThrow().title());
    assertFalse(
        Await.get(threads.forget(thread, "ann", null, none, List.of())), "a run came since");
    List<RunKey> over = List.of(first.key(), stores.spec("th", "r0").key());
    assertTrue(Await.get(threads.forget(thread, "ann", null, none, over)));
    assertTrue(Await.get(threads.forget(thread, "ann", null, none)), "twice");
    assertTrue(Await.get(threads.get(thread)).isEmpty());
    assertEquals(0, stores.redis("ZCARD", Keys.userThreads(stores.tenant, "ann")).asLong());
    assertFalse(Await.get(threads.name(thread, "late")));
    assertTrue(Await.get(threads.get(thread)).isEmpty(), "a name makes no thread");
  }

  @Test
  void aStartThatWasGivenUpKeepsNoThread() {
    RunSpec first = stores.spec("th", "r1");
    Await.get(threads.begin(first));
    String run = first.key().run();
    String key = Keys.threadRuns(stores.tenant, first.thread().thread());
    stores.redis("ZINCRBY", key, -Duration.ofMinutes(2).toMillis(), run);
    assertTrue(Await.get(threads.forget(first.thread(), "ann", run, Duration.ofMinutes(1))));
  }

  @Test
  void questionsThatWaitAreNamedWhileNoRunAnswersThem() {
    RunRecord first = begun("th", "r1");
    Await.get(threads.end(first, "{}".getBytes(), asking("q1", "q2")));
    ThreadKey thread = first.thread();
    assertEquals(List.of("q1", "q2"), Await.get(threads.get(thread)).orElseThrow().asked());
    Await.get(threads.begin(answering("r2", "q1", "q2")));
    assertEquals(List.of(), Await.get(threads.get(thread)).orElseThrow().asked());
  }

  @Test
  void listsAreBounded() {
    RunRecord last = begun("th", "r0");
    for (int i = 1; i <= ThreadStore.MOST_RUNS + 5; i++) {
      Await.get(threads.end(last, "{}".getBytes()));
      RunSpec spec = stores.spec("th", "r" + i);
      Await.get(threads.begin(spec));
      last = Await.get(stores.runs.create(spec)).run();
    }
    List<RunKey> runs = Await.get(threads.runs(last.thread()));
    assertEquals(ThreadStore.MOST_RUNS, runs.size());

    String key = Keys.userThreads(stores.tenant, "ann");
    for (int i = 0; i < ThreadStore.MOST_THREADS + 5; i++) {
      stores.link.send("ZADD", key, i, "h" + i);
    }
    begun("other", "r1");
    assertEquals(ThreadStore.MOST_THREADS, stores.redis("ZCARD", key).asLong());
    assertTrue(stores.redis("PTTL", key).asLong() > 0);
  }

  /** A start with a megabyte and a cancel, in a loop: each thread stayed for a week. */
  @Test
  void theOldestThreadsGoIfAUserHasTooManyBytesButNoneThatIsActive(TestRedis redis) {
    try (Stores small = new Stores(redis.uri(), TestConfig.with(Map.of("threadBytes", 1L << 20)))) {
      RunRecord busy = ended(small, "busy", 400 << 10);
      Await.get(small.threads.begin(small.spec("busy", "r2")));
      RunRecord old = ended(small, "old", 400 << 10);
      String key = Keys.userThreads(small.tenant, "ann");
      small.redis("ZADD", key, 1, busy.thread().thread(), 2, old.thread().thread());
      RunRecord last = ended(small, "new", 700 << 10);

      assertTrue(Await.get(small.threads.get(busy.thread())).isPresent());
      assertTrue(Await.get(small.threads.get(old.thread())).isEmpty());
      assertNull(Await.get(small.threads.document(old.thread())));
      assertTrue(Await.get(small.threads.get(last.thread())).isPresent());
      assertEquals(2, small.redis("ZCARD", key).asLong());
      String sizes = Keys.threadSizes(small.tenant, "ann");
      assertEquals(2, small.redis("HLEN", sizes).asLong());
      assertTrue(small.redis("PTTL", sizes).asLong() > 0);

      ended(small, "new", 100 << 10);
      assertEquals("102400", small.redis("HGET", sizes, last.thread().thread()).asText());
    }
  }

  private static RunRecord ended(Stores of, String thread, int bytes) {
    RunSpec spec = of.spec(thread, Ids.fresh());
    assertEquals(Optional.empty(), Await.get(of.threads.begin(spec)));
    RunRecord run = Await.get(of.runs.create(spec)).run();
    assertTrue(Await.get(of.threads.end(run, new byte[bytes])));
    return run;
  }
}
