package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The queue of an agent: in order, bounded, fair between tenants; nothing is lost with a worker.
 */
@ExtendWith(RedisExtension.class)
class QueueStoreIT {
  private static final Set<String> ALL = Set.of();

  /** Longer than a test may take: what is offered again is offered to one that waits for that. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private final String agent = "a" + Ids.fresh();
  private TestRedis redis;
  private Stores stores;
  private QueueStore queue;

  @BeforeEach
  void open(TestRedis given) {
    redis = given;
    stores = offering(LONG);
    queue = stores.queue;
  }

  private Stores offering(Duration offer) {
    return new Stores(
        redis.uri(),
        TestConfig.with(
            Map.of(
                "userRuns", 2,
                "tenantRuns", 3,
                "queued", 5,
                "startsPerMinute", 4,
                "startBytesPerMinute", 64L << 10,
                "offer", offer)));
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private RunKey add(String tenant, String run) {
    RunKey key = new RunKey(tenant, run);
    Await.get(queue.add(key, agent));
    return key;
  }

  private Optional<RunKey> take() {
    return Await.get(queue.take(agent, ALL));
  }

  @Test
  void runsAreOfferedInTheOrderInWhichTheyCame() {
    RunKey one = add("t1", "r1");
    Await.until("a ms later", () -> Await.get(stores.dues.now()) > score(one));
    RunKey two = add("t1", "r2");
    add("t1", "r1");
    assertEquals(Optional.of(one), take());
    assertEquals(Optional.of(two), take());
    assertEquals(Optional.empty(), take());
  }

  private long score(RunKey run) {
    return stores.redis("ZSCORE", Keys.runQueue(run.tenant(), agent), run.run()).asLong();
  }

  @Test
  void tenantsTakeTurnsHoweverMuchEachHas() {
    for (int i = 0; i < 5; i++) {
      add("greedy", "r" + i);
    }
    RunKey other = add("other", "r1");
    List<RunKey> offered = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      offered.add(take().orElseThrow());
    }
    assertTrue(offered.subList(0, 2).contains(other), offered.toString());
  }

  /** A tenant that had nothing to do for a while does not come before those that wait. */
  @Test
  void aTenantThatComesAgainAndAgainDoesNotKeepOthersWaiting() {
    for (int i = 0; i < 3; i++) {
      add("patient", "p" + i);
    }
    int patient = 0;
    for (int i = 0; i < 6; i++) {
      queue.remove(add("eager", "e" + i), "nothing");
      RunKey run = take().orElseThrow();
      patient += run.tenant().equals("patient") ? 1 : 0;
      Await.get(queue.remove(run, agent));
    }
    assertEquals(3, patient);
  }

  @Test
  void aWorkerGetsRunsOnlyOfTheTenantsThatItActsFor() {
    add("t1", "r1");
    RunKey two = add("t2", "r2");
    assertEquals(Optional.of(two), Await.get(queue.take(agent, Set.of("t2", "t3"))));
    assertEquals(Optional.empty(), Await.get(queue.take(agent, Set.of("t3"))));
    assertEquals(Optional.empty(), Await.get(queue.take("b" + agent, ALL)));
  }

  @Test
  void anOfferThatNobodyTakesIsMadeAgain() {
    RunKey run = add("t1", "r1");
    try (Stores brief = offering(Duration.ofMillis(200))) {
      assertEquals(Optional.of(run), Await.get(brief.queue.take(agent, ALL)));
    }
    Await.until("offered again", () -> take().equals(Optional.of(run)));
    Await.get(queue.remove(run, agent));
    assertEquals(Optional.empty(), take());
    assertEquals(0, stores.redis("EXISTS", Keys.runTurns(agent)).asLong(), "nobody waits");
  }

  @Test
  void aQueueThatIsFullRefuses() {
    for (int i = 0; i < 5; i++) {
      add("t1", "r" + i);
    }
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(queue.add(new RunKey("t1", "r6"), agent)));
    add("t1", "r2");
    add("t2", "r1");
  }

  @Test
  void workersAtOnceGetDifferentRuns() {
    Set<RunKey> added = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      added.add(add("t" + i % 4, "r" + i));
    }
    List<Future<Optional<RunKey>>> taken = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      taken.add(queue.take(agent, ALL));
    }
    Set<RunKey> got = new HashSet<>();
    taken.forEach(one -> Await.get(one).ifPresent(got::add));
    Await.until("the rest", () -> take().map(got::add).isEmpty() && got.equals(added));
  }

  /** The turn of a tenant goes when its queue is empty; a run that comes just then is not lost. */
  @Test
  void aRunThatComesWhileItsTenantLosesItsTurnIsOffered() {
    for (int i = 0; i < 100; i++) {
      RunKey run = new RunKey("t1", "r" + i);
      RunKey before = add("t1", "b" + i);
      Await.get(queue.remove(before, agent));
      var leaving = queue.take(agent, ALL);
      var coming = queue.add(run, agent);
      Await.get(coming);
      Optional<RunKey> first = Await.get(leaving);
      assertEquals(Optional.of(run), first.isPresent() ? first : take());
      Await.get(queue.remove(run, agent));
    }
  }

  @Test
  void placesAreBoundedPerUserAndTenantAndComeBack() {
    RunKey run = new RunKey(stores.tenant, "r1");
    PlaceStore places = stores.places;
    Await.get(places.reserve(run, "ann", 100));
    Await.get(places.reserve(run, "ann", 100));
    Await.get(places.reserve(new RunKey(stores.tenant, "r2"), "ann", 100));
    RunKey third = new RunKey(stores.tenant, "r3");

    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(places.reserve(third, "ann", 100)));
    Await.get(places.reserve(third, "bob", 100));
    RunKey fourth = new RunKey(stores.tenant, "r4");
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(places.reserve(fourth, "cem", 100)));
    Await.get(places.release(run, "ann"));
    Await.get(places.reserve(fourth, "cem", 100));
    assertEquals(2 + 1, stores.redis("ZCARD", Keys.activeRuns(stores.tenant, null)).asLong());
    assertEquals(1, stores.redis("ZCARD", Keys.activeRuns(stores.tenant, "ann")).asLong());
  }

  /** Two nodes waited for one start, and the one that gave up freed the other's place. */
  @Test
  void aPlaceThatTwoStartsHaveIsNotGivenBackByOne() {
    PlaceStore places = stores.places;
    RunKey run = new RunKey(stores.tenant, "r1");
    String own = Keys.activeRuns(stores.tenant, "ann");
    PlaceStore.Taken alone = Await.get(places.reserve(run, "ann", 100));
    Await.get(places.giveBack(run, "ann", alone));
    assertEquals(0, stores.redis("ZCARD", own).asLong(), "nobody else has it");

    PlaceStore.Taken first = Await.get(places.reserve(run, "ann", 100));
    PlaceStore.Taken second = Await.get(places.reserve(run, "ann", 100));
    Await.get(places.giveBack(run, "ann", first));
    Await.get(places.giveBack(run, "ann", second));
    assertEquals(1, stores.redis("ZCARD", own).asLong());
    assertEquals(1, stores.redis("ZCARD", Keys.activeRuns(stores.tenant, null)).asLong());

    Await.get(places.keep(run, "ann"));
    String until = stores.redis("ZSCORE", own, "r1").asText();
    Await.get(places.reserve(run, "ann", 100));
    assertEquals(until, stores.redis("ZSCORE", own, "r1").asText(), "it is active for longer");
  }

  /** A start and a cancel in a loop: each left a megabyte for days. */
  @Test
  void aUserStartsSoManyRunsAMinuteAndSoLarge() {
    for (int i = 0; i < 4; i++) {
      Await.get(stores.places.reserve(new RunKey(stores.tenant, "a" + i), "ann", 100));
      Await.get(stores.places.release(new RunKey(stores.tenant, "a" + i), "ann"));
    }
    RunKey another = new RunKey(stores.tenant, "another");
    assertEquals(ErrorCode.RATE_LIMITED, Await.code(stores.places.reserve(another, "ann", 100)));
    String starts = Keys.runStarts(stores.tenant, "ann");
    long ttl = stores.redis("PTTL", starts).asLong();
    assertTrue(ttl > 0 && ttl <= 60_000, ttl + " ms");
    assertEquals(0, stores.redis("ZCARD", Keys.activeRuns(stores.tenant, null)).asLong());

    RunKey large = new RunKey(stores.tenant, "large");
    Await.get(stores.places.reserve(large, "bob", 1 << 20));
    Await.get(stores.places.reserve(large, "bob", 1 << 20));
    assertEquals(ErrorCode.RATE_LIMITED, Await.code(stores.places.reserve(another, "bob", 1)));
    stores.redis("DEL", starts); // the minute is over
    Await.get(stores.places.reserve(another, "ann", 100));
  }

  @Test
  void aDueRunIsLookedAtByOneNodeAndComesUpAgain() {
    RunKey run = new RunKey(stores.tenant, Ids.fresh());
    DueStore dues = stores.dues;
    Await.get(dues.set(run, Duration.ofSeconds(-2)));
    DueStore.Due due = due(run).orElseThrow();

    DueStore.Due mine = Await.get(dues.postpone(due, Duration.ofSeconds(-1))).orElseThrow();
    assertEquals(
        Optional.empty(), Await.get(dues.postpone(due, Duration.ZERO)), "somebody else has it");
    assertEquals(Optional.of(mine), due(run));
    Await.get(dues.unset(due));
    assertTrue(due(run).isPresent(), "it is not what was read");
    Await.get(dues.unset(mine));
    assertTrue(due(run).isEmpty());
  }

  /** A cancel of a run that a node looks at just then, and one that is sent again and again. */
  @Test
  void aDueRunIsMovedOnlyToASoonerTimeAndThenStaysThere() {
    RunKey run = new RunKey(stores.tenant, Ids.fresh());
    DueStore dues = stores.dues;
    Await.get(dues.set(run, Duration.ofSeconds(-2)));
    DueStore.Due mine =
        Await.get(dues.postpone(due(run).orElseThrow(), Duration.ofSeconds(-1))).orElseThrow();

    Await.get(dues.sooner(run, Duration.ofHours(1)));
    assertTrue(due(run).isPresent(), "it was due before");
    assertEquals(Optional.empty(), Await.get(dues.postpone(mine, Duration.ofHours(1))));
    assertTrue(due(run).isPresent());
    Await.get(dues.set(run, Duration.ofHours(1)));
    Await.get(dues.sooner(run, Duration.ofSeconds(-1)));
    assertTrue(due(run).isPresent());
    Await.get(dues.unset(run));
    Await.get(dues.sooner(run, Duration.ofSeconds(-1)));
    assertTrue(due(run).isPresent(), "there was none");
  }

  /** The sweep has read the run before it ended. */
  @Test
  void aPlaceThatWasGivenBackIsNotKept() {
    RunKey run = new RunKey(stores.tenant, "r1");
    Await.get(stores.places.reserve(run, "ann", 100));
    Await.get(stores.places.keep(run, "ann"));
    Await.get(stores.places.release(run, "ann"));
    Await.get(stores.places.keep(run, "ann"));
    assertEquals(0, stores.redis("ZCARD", Keys.activeRuns(stores.tenant, null)).asLong());
    assertEquals(0, stores.redis("ZCARD", Keys.activeRuns(stores.tenant, "ann")).asLong());
  }

  private Optional<DueStore.Due> due(RunKey run) {
    long now = Await.get(stores.dues.now());
    return Await.get(stores.dues.due(run.shard(), now, 1_000)).stream()
        .filter(due -> due.run().equals(run))
        .findAny();
  }
}
