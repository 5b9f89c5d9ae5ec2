package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.inbox.InboxStore;
import dev.holdfast.runs.inbox.InboxStore.Item;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said to runs: full, late, twice, after the end, and both at once. */
@ExtendWith(RedisExtension.class)
class InboxStoreIT {
  private Stores stores;
  private InboxStore inbox;

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    inbox = new InboxStore(stores.link);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private static Item item(String id) {
    return item(id, "");
  }

  private static Item item(String id, String text) {
    String data = "{\"id\":\"" + id + "\",\"content\":\"" + text + "\"}";
    return new Item(Kind.MESSAGE, id, data, data);
  }

  private static Item answer(String id, String status) {
    String data = "{\"id\":\"" + id + "\",\"status\":\"" + status + "\"}";
    return new Item(Kind.ANSWER, id, data, data);
  }

  private static List<Item> items(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> item("m" + i)).toList();
  }

  private int say(RunKey run, Item... items) {
    return Await.get(inbox.say(run, "ann", List.of(items)));
  }

  private ErrorCode refusal(RunKey run, Item... items) {
    return Await.code(inbox.say(run, "ann", List.of(items)));
  }

  private List<InboxEntry> after(RunRecord run, long after) {
    return Await.get(inbox.after(run.key(), run.generation(), after));
  }

  private static List<String> ids(List<InboxEntry> entries) {
    return entries.stream().map(InboxEntry::id).toList();
  }

  /** All of it, as a worker reads it, and the number of the last. */
  private List<InboxEntry> all(RunRecord run) {
    List<InboxEntry> all = new ArrayList<>();
    for (List<InboxEntry> some = after(run, 0); !some.isEmpty(); ) {
      all.addAll(some);
      some = after(run, all.get(all.size() - 1).n());
    }
    return all;
  }

  private RunRecord running() {
    return stores.running(RunLimits.DEFAULT).run();
  }

  /** As if an event of it were in its log. */
  private void published(RunKey run) {
    stores.redis("HSET", Keys.publisher(run.channel(), "run"), "n", 1);
  }

  private long length(RunKey run) {
    return stores.redis("XLEN", Keys.runInbox(run.channel())).asLong();
  }

  @Test
  void whatIsSaidIsReadInItsOrderAfterWhatTheWorkerHas() {
    RunKey run = stores.queued(RunLimits.DEFAULT);
    assertEquals(2, say(run, item("m1", "one"), item("m2")));
    RunRecord claimed = stores.claim(run, "w1").run();
    assertEquals(1, say(run, answer("q1", "resolved")));

    List<InboxEntry> all = after(claimed, 0);
    assertEquals(List.of("m1", "m2", "q1"), ids(all));
    InboxEntry first = all.get(0);
    assertEquals(
        new InboxEntry(first.n(), Kind.MESSAGE, "m1", "ann", item("m1", "one").data()), first);
    assertEquals(Kind.ANSWER, all.get(2).kind());
    assertTrue(first.n() < all.get(1).n() && all.get(1).n() < all.get(2).n());
    assertEquals(List.of("m2", "q1"), ids(after(claimed, first.n())));
    assertEquals(List.of(), after(claimed, all.get(2).n()));
  }

  @Test
  void whatIsSaidAgainIsOneEntryAlsoWhenItIsReadAndTheRunIsOver() {
    RunRecord run = running();
    published(run.key());
    assertEquals(1, say(run.key(), item("m1")));
    assertEquals(1, say(run.key(), item("m1"), item("m2")), "m2 is new");
    assertEquals(1, say(run.key(), item("m3"), item("m3")), "twice at once");
    List<InboxEntry> all = after(run, 0);
    assertEquals(List.of("m1", "m2", "m3"), ids(all));

    assertEquals(List.of(), after(run, all.get(2).n()));
    assertEquals(0, length(run.key()), "its worker has it");
    assertEquals(0, say(run.key(), item("m1")));
    end(run);
    assertEquals(0, say(run.key(), item("m2")));
  }

  @Test
  void anotherContentOfTheSameIdIsRefusedAndTheFirstAnswerCounts() {
    RunRecord run = running();
    say(run.key(), answer("q1", "resolved"), item("q1"));
    assertEquals(ErrorCode.CONFLICT, refusal(run.key(), item("m9"), answer("q1", "cancelled")));
    assertEquals(ErrorCode.CONFLICT, refusal(run.key(), item("q1", "other")));
    assertEquals(ErrorCode.CONFLICT, refusal(run.key(), item("m8"), item("m8", "other")));
    assertEquals(List.of("q1", "q1"), ids(after(run, 0)), "nothing of what was refused");
  }

  @Test
  void aFullInboxTakesNothingMoreUntilItsWorkerHasSomeOfIt() {
    RunRecord run = running();
    assertEquals(60, Await.get(inbox.say(run.key(), "ann", items(0, 60))));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(inbox.say(run.key(), "ann", items(60, 65))));
    assertEquals(4, Await.get(inbox.say(run.key(), "ann", items(58, 64))), "two are known");
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal(run.key(), item("m64")));
    assertEquals(0, say(run.key(), item("m1")), "is there");

    List<InboxEntry> all = all(run);
    assertEquals(IntStream.range(0, 64).mapToObj(i -> "m" + i).toList(), ids(all));
    assertEquals(64, length(run.key()), "another worker may get it yet");
    published(run.key());
    after(run, all.get(9).n());
    assertEquals(54, length(run.key()));
    assertEquals(1, say(run.key(), item("m64")));
  }

  /** Its worker has all of it since before the first event, and asks only for what follows. */
  @Test
  void whatWasReadBeforeTheFirstEventGoesAfterIt() {
    RunRecord run = running();
    Await.get(inbox.say(run.key(), "ann", items(0, 64)));
    List<InboxEntry> all = all(run);
    published(run.key());
    assertEquals(List.of(), after(run, all.get(63).n()));
    assertEquals(0, length(run.key()));
    assertEquals(1, say(run.key(), item("m64")));
  }

  @Test
  void theBytesOfAllThatWaitsAreBounded() {
    RunRecord run = running();
    String text = "x".repeat(60 << 10);
    for (int i = 0; i < 17; i++) {
      assertEquals(1, say(run.key(), item("m" + i, text)));
    }
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal(run.key(), item("m17", text)));
    assertEquals(1, say(run.key(), item("m17")), "a short one has room");
  }

  @Test
  void theNextWorkerGetsAllOfIt() {
    RunRecord first = running();
    say(first.key(), item("m1"), item("m2"));
    List<InboxEntry> all = after(first, 0);
    assertEquals(List.of(), after(first, all.get(1).n()));
    assertTrue(Await.get(stores.runs.release(first.key(), first.generation())).isPresent());

    RunRecord next = stores.claim(first.key(), "w2").run();
    assertEquals(all, after(next, 0));
    published(next.key());
    assertEquals(List.of(), after(first, all.get(1).n()), "it has the run no more");
    assertEquals(List.of(), after(first, 0));
    assertEquals(2, length(next.key()), "so it takes nothing away");
  }

  private void end(RunRecord run) {
    var done = RunRecord.End.of("success", "");
    Await.get(stores.runs.end(run.key(), run.generation(), EndCause.LOG_LOST, done, "{}"));
  }

  @Test
  void aRunThatEndsHearsNothingMore() {
    RunRecord run = running();
    say(run.key(), item("m1"));
    end(run);
    assertEquals(ErrorCode.CONFLICT, refusal(run.key(), item("m2")));
    Await.get(stores.runs.close(run.key()));
    assertEquals(ErrorCode.CONFLICT, refusal(run.key(), item("m2")));
    long left = stores.redis("PTTL", Keys.runInbox(run.key().channel())).asLong();
    assertTrue(left > 0 && left <= 60_000, "ms: " + left);
    assertTrue(Await.get(stores.runs.forget(run.key())));
    assertEquals(0, stores.redis("EXISTS", Keys.runInbox(run.key().channel())).asLong());
  }

  @Test
  void aRunThatIsCancelledHearsNothingMore() {
    RunRecord run = running();
    Await.get(stores.runs.cancel(run.key(), "ann", ""));
    assertEquals(ErrorCode.CONFLICT, refusal(run.key(), item("m1")));
  }

  @Test
  void aRunThatIsNotThereHearsNothingAndLeavesNoKey() {
    RunKey none = new RunKey(stores.tenant, "none");
    assertEquals(ErrorCode.NOT_FOUND, refusal(none, item("m1")));
    assertEquals(List.of(), Await.get(inbox.after(none, 1, 0)));
    assertEquals(0, stores.redis("KEYS", "hf:*{" + stores.tenant + "/*").size());
  }

  @Test
  void ofTwoAnswersAtOnceOneCounts() {
    for (int i = 0; i < 20; i++) {
      RunRecord run = running();
      List<Future<Integer>> both =
          List.of(
              inbox.say(run.key(), "ann", List.of(answer("q1", "resolved"))),
              inbox.say(run.key(), "ann", List.of(answer("q1", "cancelled"))));
      both.forEach(one -> Await.get(one.transform(done -> Future.succeededFuture())));
      assertEquals(1, both.stream().filter(Future::succeeded).count());
      assertEquals(1, after(run, 0).size());
    }
  }

  @Test
  void manyAtOnceAreEachReadOnceWhileTheWorkerReads() {
    RunRecord run = running();
    published(run.key());
    List<Future<Integer>> said = new ArrayList<>();
    List<String> read = new ArrayList<>();
    List<Long> numbers = new ArrayList<>(List.of(0L));
    for (int i = 0; i < 200; i++) {
      said.add(inbox.say(run.key(), "ann", List.of(item("m" + i))));
      if (i % 10 == 9) {
        for (InboxEntry one : after(run, numbers.get(numbers.size() - 1))) {
          read.add(one.id());
          numbers.add(one.n());
        }
      }
    }
    said.forEach(Await::get);
    Await.until(
        "all is read",
        () -> {
          for (InboxEntry one : after(run, numbers.get(numbers.size() - 1))) {
            read.add(one.id());
            numbers.add(one.n());
          }
          return read.size() >= 200;
        });
    assertEquals(IntStream.range(0, 200).mapToObj(i -> "m" + i).toList(), read);
    assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
  }

  /** Its worker would pass over what is said under a number that it has seen. */
  @Test
  void numbersAreNotGivenOutAgainByAnOlderCopyOfRedis() {
    RunRecord run = running();
    String record = Keys.run(run.key().channel());
    say(run.key(), item("m1"));
    String said = stores.redis("HGET", record, "said").asText();
    say(run.key(), item("m2"));
    long last = after(run, 0).get(1).n();
    Await.until("the clock goes on", () -> now() > last);

    stores.redis("HSET", record, "said", said);
    stores.redis("XDEL", Keys.runInbox(run.key().channel()), last + "-0");
    stores.redis("XSETID", Keys.runInbox(run.key().channel()), said + "-0");
    say(run.key(), item("m3"));
    assertEquals(List.of("m3"), ids(after(run, last)));
  }

  private long now() {
    var time = stores.redis("TIME");
    return time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000;
  }

  @Test
  void theInboxHasATimeToLive() {
    RunKey run = stores.queued(RunLimits.DEFAULT);
    say(run, item("m1"));
    long left = stores.redis("PTTL", Keys.runInbox(run.channel())).asLong();
    assertTrue(left > 0 && left <= Duration.ofHours(72).toMillis(), "ms: " + left);
  }

  /** Beyond it what was said so long ago may be said again. */
  @Test
  void theRecordKeepsABoundedNumberOfKeys() {
    RunRecord run = running();
    published(run.key());
    for (int i = 0; i < 300; i += 60) {
      Await.get(inbox.say(run.key(), "ann", items(i, i + 60)));
      List<InboxEntry> all = all(run);
      assertEquals("m" + (i + 59), all.get(all.size() - 1).id());
    }
    String keys = stores.redis("HGET", Keys.run(run.key().channel()), "saidkeys").asText();
    assertEquals(256 * 24, keys.length());
    assertEquals(0, say(run.key(), item("m299"), item("m44")));
  }
}
