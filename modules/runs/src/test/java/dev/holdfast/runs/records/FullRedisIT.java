package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.inbox.InboxStore;
import dev.holdfast.runs.inbox.InboxStore.Item;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a Redis takes that has no memory left: runs go on and end, none begins. */
@ExtendWith(RedisExtension.class)
class FullRedisIT {
  private static final Item SAID = new Item(InboxEntry.Kind.MESSAGE, "m1", "{}", "{}");

  private Stores stores;

  @BeforeEach
  void open(@OwnRedis TestRedis redis) {
    stores = new Stores(redis.uri());
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private void fill() {
    stores.redis("CONFIG", "SET", "maxmemory", 1);
  }

  @Test
  void runsThatAreThereGoOnAndEnd() {
    RunKey waits = stores.queued(RunLimits.DEFAULT);
    RunKey back = stores.queued(RunLimits.DEFAULT);
    Await.get(stores.queue.add(waits, "researcher"));
    Await.get(stores.dues.set(waits, Duration.ofSeconds(-1)));
    fill();

    assertEquals(Optional.of(waits), Await.get(stores.queue.take("researcher", Set.of())));
    long own = stores.claim(waits, "w1").run().generation();
    Await.get(stores.runs.beat(waits, own, true));
    Await.get(stores.queue.remove(waits, "researcher"));
    long other = stores.claim(back, "w1").run().generation();
    assertTrue(Await.get(stores.runs.release(back, other)).isPresent());
    Await.get(stores.runs.cancel(waits, "ann", "enough"));
    var done = RunRecord.End.of("success", "");
    assertTrue(Await.get(stores.runs.end(waits, own, EndCause.WORKER, done, "{}")).byThis());
    assertTrue(Await.get(stores.runs.close(waits)));
    var due = Await.get(stores.dues.due(waits.shard(), Long.MAX_VALUE >> 12, 10)).get(0);
    assertTrue(Await.get(stores.dues.postpone(due, Duration.ofMinutes(1))).isPresent());
    Await.get(stores.dues.unset(waits));
    Await.get(stores.places.release(waits, "ann"));
  }

  @Test
  void aWorkerHearsWhatWasSaid() {
    var inbox = new InboxStore(stores.link);
    RunKey run = stores.queued(RunLimits.DEFAULT);
    Await.get(inbox.say(run, "ann", List.of(SAID)));
    stores.redis("HSET", Keys.publisher(run.channel(), Publisher.RUN), "n", 1);
    fill();
    long own = stores.claim(run, "w1").run().generation();
    InboxEntry said = Await.get(inbox.after(run, own, 0)).get(0);
    assertEquals(List.of(), Await.get(inbox.after(run, own, said.n())));
    assertEquals(0, stores.redis("XLEN", Keys.runInbox(run.channel())).asLong());
  }

  @Test
  void aThreadLosesItsTitleAndGoes() {
    RunSpec spec = stores.spec("left", "r1");
    ThreadKey thread = spec.thread();
    Await.get(stores.threads.begin(spec));
    RunRecord run = Await.get(stores.runs.create(spec)).run();
    Await.get(stores.threads.end(run, "{}".getBytes()));
    Await.get(stores.threads.name(thread, "A title"));
    fill();
    assertTrue(Await.get(stores.threads.name(thread, "")));
    assertRefused(stores.threads.name(thread, "Another"));
    assertFalse(Await.get(stores.runs.forget(run.key())), "it has not ended");
    assertTrue(Await.get(stores.threads.forget(thread, "ann", null, Duration.ZERO)));
  }

  @Test
  void nothingIsAdded() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long own = claimed.run().generation();
    var logs = new ChannelStore(stores.link, ChannelsConfig.DEFAULT);
    Await.get(
        logs.append(run.channel(), new Publisher(Publisher.RUN, own), 1, "\"n\":1".getBytes()));
    String epoch = stores.redis("HGET", Keys.meta(run.channel()), "e").asText();
    Await.get(stores.threads.begin(stores.spec("th", claimed.run().runId())));
    RunKey waits = Await.get(stores.runs.create(stores.spec("held", "r1"), true)).run().key();
    fill();

    assertRefused(stores.runs.create(stores.spec("th", "new")));
    assertRefused(new InboxStore(stores.link).say(run, "ann", List.of(SAID)));
    byte[] document = "{}".getBytes();
    assertRefused(
        stores.runs.snap(run, own, new RunStore.Kept(new Position(epoch, 1), 1, 0, document)));
    assertRefused(stores.threads.begin(stores.spec("other", "new")));
    assertRefused(stores.records.held().input(waits, "{}", 0));
    assertNull(Await.get(stores.records.held().free(waits)).orElseThrow().held());
    assertRefused(stores.threads.end(claimed.run(), document));
    assertRefused(stores.places.reserve(run, "bob", 100));
    assertRefused(stores.queue.add(run, "researcher"));
    var agent = new AgentRecord("", RunLimits.DEFAULT);
    assertRefused(stores.records.agents().put(stores.tenant, "a", agent));
    assertFalse(Await.get(stores.records.agents().remove(stores.tenant, "a")));

    stores.redis("CONFIG", "SET", "maxmemory", 0);
    assertTrue(Await.get(stores.threads.end(claimed.run(), document)));
  }

  private static void assertRefused(Future<?> asked) {
    assertEquals(ErrorCode.STORE_FULL, Await.code(asked));
  }
}
