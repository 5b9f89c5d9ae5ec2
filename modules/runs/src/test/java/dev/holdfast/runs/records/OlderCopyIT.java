package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.RunRecord.End;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The record of a run, or its log, is older than what a worker was answered. */
@ExtendWith(RedisExtension.class)
class OlderCopyIT {
  private static final End DONE = End.of("success", "");
  private static final String TERMINAL = "{\"type\":\"RUN_FINISHED\"}";

  private Stores stores;
  private RunStore runs;
  private ChannelStore logs;

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    runs = stores.runs;
    logs = new ChannelStore(stores.link, ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private ErrorCode append(RunKey run, long generation, long n) {
    var publisher = new Publisher(Publisher.RUN, generation);
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes();
    return Await.get(logs.append(run.channel(), publisher, n, body)).result().refused();
  }

  /** Redis has come back without a claim, whose worker goes on; the next one is another. */
  @Test
  void aGenerationIsNotGivenOutTwice() {
    var lost = stores.running(RunLimits.DEFAULT);
    RunKey run = lost.run().key();
    String record = Keys.run(run.channel());
    stores.redis("HSET", record, "state", "queued", "gen", 0);
    stores.redis("DEL", Keys.publisher(run.channel(), Publisher.RUN));
    Await.until("a ms later", () -> Await.get(stores.dues.now()) > lost.run().generation());

    var second = stores.claim(run, "w2");
    assertTrue(second.run().generation() > lost.run().generation());
    assertEquals(ErrorCode.FENCED, append(run, lost.run().generation(), 1));
    assertNull(append(run, second.run().generation(), 1));
  }

  /** What was acknowledged may be gone: then its worker is asked to go on from what there is. */
  @Test
  void aWorkerEndsItsRunOnlyIfTheLogHasAllOfIt() {
    var claimed = stores.running(RunLimits.DEFAULT);
    RunKey run = claimed.run().key();
    long own = claimed.run().generation();
    append(run, own, 1);
    assertEquals(
        ErrorCode.OUT_OF_SEQUENCE, Await.code(runs.endAsSaid(run, own, DONE, TERMINAL, 2)));
    assertEquals(
        ErrorCode.OUT_OF_SEQUENCE, Await.code(runs.endAsSaid(run, own, DONE, TERMINAL, 0)));
    assertEquals(RunState.RUNNING, stores.record(run).state());
    assertTrue(Await.get(runs.endAsSaid(run, own, DONE, TERMINAL, 1)).byThis());
    assertTrue(Await.get(runs.endAsSaid(run, own, DONE, TERMINAL, 1)).byThis(), "once more");
  }
}
