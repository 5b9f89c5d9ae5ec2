package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunStore.Claimed;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Workers that wait, and runs that start at other nodes; it ticks when the tests say so. */
@ExtendWith(RedisExtension.class)
class WaitersIT {
  private static final long LONG = 30_000;
  private static final int MOST = 200;

  private Stores stores;
  private Starting starting;
  private Waiters waiters;

  @BeforeEach
  void open(TestRedis redis) {
    var config = TestConfig.with(Map.of("userRuns", 200, "startsPerMinute", 1_000));
    stores = new Stores(redis.uri(), config);
    starting = new Starting(stores.vertx, stores.records);
    waiters = new Waiters(stores.vertx, new Claiming(stores.records), MOST);
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private Future<Optional<Claimed>> waits(String tenant, String agent) {
    var caller = new Caller.Service("agents", "a1", Set.of(tenant), Set.of());
    int before = waiters.size();
    var waits = stores.ask(() -> waiters.claim(new Claim(caller, agent, "w1", LONG), LONG));
    Await.until("it waits", () -> waits.isComplete() || waiters.size() > before);
    return waits;
  }

  private void start(String agent, int number) {
    start(agent, number, "");
  }

  private void start(String agent, int number, String says) {
    String thread = "th" + number;
    String run = Ids.fresh();
    String input = Stores.input(thread, run).replace("Hello?", "Hello?" + says);
    var spec =
        RunSpec.of(stores.tenant, "ann", thread, run, agent, input, RunLimits.DEFAULT, false);
    stores.on(() -> starting.start(spec));
  }

  private void tick() {
    stores.on(
        () -> {
          waiters.tick();
          return Future.succeededFuture();
        });
  }

  @Test
  void oneLookServesAllThatWait() {
    List<Future<Optional<Claimed>>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(waits(stores.tenant, "researcher"));
    }
    for (int i = 0; i < 20; i++) {
      start("researcher", i);
    }
    tick();
    all.forEach(one -> assertTrue(Await.get(one).isPresent()));
    assertEquals(0, waiters.size());
  }

  @Test
  void aRunIsOfferedToThoseOfItsTenant() {
    for (int i = 0; i < 5; i++) {
      waits("other", "researcher");
    }
    var own = waits(stores.tenant, "researcher");
    start("researcher", 0);
    stores.on(
        () -> {
          waiters.started("researcher", stores.tenant);
          return Future.succeededFuture();
        });
    assertTrue(Await.get(own).isPresent());
    assertEquals(5, waiters.size());
  }

  @Test
  void agentsTakeTurnsAtTheLooks() {
    List<Future<Optional<Claimed>>> all = new ArrayList<>();
    for (int i = 0; i < Waiters.MOST_LOOKS + 10; i++) {
      all.add(waits(stores.tenant, "agent" + i));
      start("agent" + i, i);
    }
    tick();
    Await.until("the first are served", () -> waiters.size() <= 10);
    assertEquals(10, waiters.size());
    tick();
    all.forEach(one -> assertTrue(Await.get(one).isPresent()));
  }

  @Test
  void aTenantWithManyAgentsKeepsNoOtherFromItsLook() {
    for (int i = 0; i < Waiters.MOST_LOOKS + 10; i++) {
      waits("greedy", "agent" + i);
    }
    var own = waits(stores.tenant, "researcher");
    start("researcher", 0);
    tick();
    assertTrue(Await.get(own).isPresent());
  }

  @Test
  void oneTenantDoesNotTakeAllPlaces() {
    for (int i = 0; i < MOST / 2; i++) {
      waits("greedy", "researcher");
    }
    assertEquals(ErrorCode.RATE_LIMITED, Await.code(waits("greedy", "researcher")));
    for (int i = 0; i < MOST / 10; i++) {
      waits(stores.tenant, "researcher");
    }
    assertEquals(ErrorCode.RATE_LIMITED, Await.code(waits(stores.tenant, "researcher")));
    assertEquals(MOST / 2 + MOST / 10, waiters.size());
  }

  private Claim claim(long waitMs, int most) {
    var caller = new Caller.Service("agents", "a1", Set.of(stores.tenant), Set.of());
    return new Claim(caller, "researcher", "w1", waitMs, most);
  }

  private List<Claimed> claimed(int most) {
    return stores.on(() -> waiters.claim(claim(0, most)));
  }

  /** Eight inputs of 1 MiB were one answer: more than an asker may have unread. */
  @Test
  void anAnswerHasNoMoreThanFitsIntoIt() {
    String long1 = "x".repeat(600 << 10);
    for (int i = 0; i < 4; i++) {
      start("researcher", i, long1);
    }
    assertEquals(2, claimed(8).size());
    assertEquals(2, claimed(8).size());
    for (int i = 4; i < 14; i++) {
      start("researcher", i);
    }
    assertEquals(8, claimed(8).size());
  }

  /** A worker that is gone has the run until its lease has passed. */
  @Test
  void whatIsFoundAfterItsAskerHasGivenUpIsGivenBack() {
    start("researcher", 0);
    AtomicLong now = new AtomicLong();
    LongSupplier clock = () -> now.getAndAdd(TimeUnit.SECONDS.toNanos(10));
    Waiters slow = new Waiters(stores.vertx, new Claiming(stores.records), MOST, clock);
    assertEquals(List.of(), stores.on(() -> slow.claim(claim(500, 1))));
    Claimed again = claimed(1).get(0);
    assertEquals(1, again.run().attempt(), "it costs none");
  }

  @Test
  void whatIsFoundWhileTheNodeStopsIsGivenBackBeforeItHasStopped() {
    start("researcher", 0);
    Future<List<Claimed>> late = stores.ask(() -> waiters.claim(claim(LONG, 8)));
    stores.on(() -> waiters.stop());
    assertEquals(List.of(), Await.get(late));
    // Nobody waits for this one: it would claim a run that the node can't give back.
    var after = stores.ask(() -> waiters.claim(claim(LONG, 8)));
    assertEquals(ErrorCode.UNAVAILABLE, Await.code(after));
    waiters = new Waiters(stores.vertx, new Claiming(stores.records), MOST);
    assertEquals(1, claimed(1).size());
  }

  @Test
  void whatItsAskerDoesNotGetIsGivenBack() {
    start("researcher", 0);
    RunRecord run = claimed(1).get(0).run();
    RunKey key = run.key();
    var view =
        new RunView(
            key.tenant(),
            key.run(),
            "ann",
            "researcher",
            "th",
            "r",
            "running",
            false,
            null,
            null,
            1,
            0,
            0);
    new Claiming(stores.records)
        .takeBack(
            new WorkMessage.Claimed(
                new WorkMessage.Work(view, run.generation(), 1, 1_000, "{}"), List.of()));
    Await.until("it waits again", () -> claimed(1).size() == 1);
  }
}
