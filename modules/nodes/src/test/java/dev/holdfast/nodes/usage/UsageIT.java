package dev.holdfast.nodes.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.connections.usage.UsageMessage.Row;
import dev.holdfast.connections.usage.UsageMessage.Show;
import dev.holdfast.connections.usage.UsageMessage.Usage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.service.SessionEvent;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Redis is full, and whose doing is it? After an attack its keys were found and deleted by hand.
 */
@ExtendWith(RedisExtension.class)
class UsageIT {
  private static final Caller OPERATOR = new Caller.Service("operator", "1", Set.of("*"), Set.of());
  private static final int RUN_KEYS = 16;
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final ChannelName MORE = ChannelName.topic("news2");
  private static final ChannelName EVES = ChannelName.parse("user:eve");

  private final String greedy = "g" + Ids.fresh();
  private final String modest = "m" + Ids.fresh();
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final ServiceClient sessions = ServiceClient.local(bus, Duration.ofSeconds(10));
  private final ServiceClient usage = ServiceClient.local(bus, Duration.ofSeconds(5));
  private final List<SessionEvent> events = new CopyOnWriteArrayList<>();
  private RedisLink link;
  private StoredThings stored;

  @BeforeEach
  void start(@OwnRedis TestRedis server) {
    var meters = new SimpleMeterRegistry();
    RedisConfig redis = RedisConfig.of(server.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = await(RedisLink.open(vertx, redis, "test", meters));
    stored = new StoredThings(link);
    await(
        vertx.deployVerticle(
            new SessionsVerticle(bus, redis, SessionsConfig.defaults(), this::note, meters)));
    await(vertx.deployVerticle(new UsageVerticle(bus, redis, sessions, meters)));
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void theLargestAreShownFirst() {
    stored.write(greedy, NEWS, 200_000);
    stored.write(greedy, EVES, 50_000);
    stored.write(modest, NEWS, 1_000);
    session(greedy, "ann", 60_000);
    session(modest, "ann", 10);

    Usage all = show(null, 10);
    assertTrue(all.complete());
    assertEquals(List.of(greedy, modest), all.tenants().stream().map(Row::tenant).toList());
    Row first = all.tenants().get(0);
    assertNull(first.name());
    assertTrue(first.bytes() > 310_000 && first.bytes() < 560_000, first.toString());
    assertEquals(List.of("ann", "eve", "ann"), all.users().stream().map(Row::name).toList());
    assertEquals(
        List.of("topic:news", "user:eve", "topic:news"),
        all.channels().stream().map(Row::name).toList());
    assertTrue(all.bytes() > first.bytes());

    Usage own = show(modest, 1);
    assertEquals(List.of(modest), own.channels().stream().map(Row::tenant).toList());
  }

  @Test
  void aChannelIsErasedAndNoOther() {
    stored.write(greedy, NEWS, 100);
    stored.write(greedy, MORE, 100);
    stored.write(modest, NEWS, 100);
    String session = session(greedy, "eve", 10);

    Erased erased = erase(greedy, null, NEWS);

    assertEquals(erased(0, 0, 7), erased);
    assertEquals(List.of(), stored.keys(greedy, NEWS));
    assertEquals(7, stored.keys(greedy, MORE).size());
    assertEquals(7, stored.keys(modest, NEWS).size());
    assertNotNull(get(greedy, session));
  }

  /** An operator erases a channel to make room: it went on counting until it would have gone. */
  @Test
  void whatIsErasedIsNotCountedAnyMore() {
    stored.write(greedy, NEWS, 100);
    Channel news = new Channel(greedy, NEWS);
    String whole = Keys.retained(greedy, null);
    String own = Keys.retained(greedy, "eve");
    await(link.send("HSET", Keys.meta(news), "k", "9000 eve", "z", 164));
    await(link.send("HSET", whole, "c9000", 3, "b9000", 500));
    await(link.send("HSET", own, "c9000", 2, "b9000", 400));

    erase(greedy, null, NEWS);

    assertEquals("2", await(link.send("HGET", whole, "c9000")).asText());
    assertEquals("336", await(link.send("HGET", whole, "b9000")).asText());
    assertEquals("1", await(link.send("HGET", own, "c9000")).asText());

    erase(greedy, null, null);
    assertEquals(0, await(link.send("EXISTS", whole, own)).asLong());
  }

  /** Both had read what it counts before either deleted it. */
  @Test
  void whatTwoErasuresMeetAtOnceIsCountedOutOnce() {
    String whole = Keys.retained(greedy, null);
    String own = Keys.retained(greedy, "eve");
    await(link.send("HSET", whole, "c9000", 100, "b9000", 9_000));
    await(link.send("HSET", own, "c9000", 100));
    List<Future<?>> done = new ArrayList<>();
    var one = new RunErasure(link, "eve");
    var other = new RunErasure(link, "eve");
    for (int i = 0; i < 50; i++) {
      String meta = Keys.meta(new Channel(greedy, ChannelName.topic("t" + i)));
      done.add(link.send("HSET", meta, "k", "9000 eve", "z", 10));
      done.add(one.uncounted(meta, greedy));
      done.add(other.uncounted(meta, greedy));
    }
    await(Future.all(done));

    assertEquals("50", await(link.send("HGET", whole, "c9000")).asText());
    assertEquals("8500", await(link.send("HGET", whole, "b9000")).asText());
    assertEquals("50", await(link.send("HGET", own, "c9000")).asText());
    assertEquals(50, one.keys() + other.keys());
  }

  @Test
  void aUserIsErasedWithItsSessionsAndNoOther() {
    stored.write(greedy, EVES, 100);
    stored.write(greedy, NEWS, 100);
    String eves = session(greedy, "eve", 10);
    String anns = session(greedy, "ann", 10);
    String other = session(modest, "eve", 10);

    Erased erased = erase(greedy, "eve", null);

    assertEquals(erased(1, 0, 7), erased);
    assertThrows(HoldfastException.class, () -> get(greedy, eves));
    assertNotNull(get(greedy, anns));
    assertNotNull(get(modest, other));
    assertEquals(7, stored.keys(greedy, NEWS).size());
    SessionEvent end = events.get(events.size() - 1);
    assertEquals(SessionEvent.Kind.ENDED, end.kind());
    assertEquals("erased", end.reason());
  }

  /** Inputs, messages and snapshots stayed for up to a week after the tenant was erased. */
  @Test
  void runsAndThreadsAreErasedWithTheirTenant() {
    stored.run(greedy, "eve", "r1");
    stored.run(greedy, "ann", "r2");
    stored.run(modest, "eve", "r3");

    assertEquals(2, erase(greedy, null, null).runs());

    assertEquals(stored.fences(greedy, "r1", "eve", "r2", "ann"), stored.named(greedy));
    assertEquals(RUN_KEYS, stored.named(modest).size());
    for (String fence : stored.named(greedy)) {
      assertEquals("g", await(link.send("HKEYS", fence)).at(0).asText(), fence);
      assertTrue(await(link.send("PTTL", fence)).asLong() <= 180_000, fence);
    }
    assertEquals(Map.of("pub", 6), pass(greedy, null).left());
  }

  /** The queue of 10,000 keys ago was empty by then, and so no key by which to find its turns. */
  @Test
  void aTenantWhoseQueueIsGoneHasNoTurnsEither() {
    for (String tenant : List.of(greedy, modest)) {
      stored.run(tenant, "eve", "r1");
      Channel run = new Channel(tenant, ChannelName.parse("run:r1"));
      await(link.send("HSET", Keys.run(run), "agent", "a7"));
      await(link.send("ZADD", Keys.runTurns("a7"), 1, tenant));
    }

    erase(greedy, null, null);
    erase(modest, "eve", null);

    Reply turns = await(link.send("ZRANGE", Keys.runTurns("a7"), 0, -1));
    assertEquals(List.of(modest), turns.list().stream().map(Reply::asText).toList());
  }

  /** Who had one could open a file by it until it expired, and Redis named the user. */
  @Test
  void ticketsAreErasedWithTheirTenantOrUser() {
    String own = stored.ticket(greedy, "eve", "ann");
    String given = stored.ticket(greedy, "ann", "eve");
    String anns = stored.ticket(greedy, "ann", "ann");
    String other = stored.ticket(modest, "eve", "eve");

    erase(greedy, "eve", null);
    assertEquals(0, await(link.send("EXISTS", own, given, own + ":by", given + ":by")).asLong());
    assertEquals(4, await(link.send("EXISTS", anns, other, anns + ":by", other + ":by")).asLong());
    erase(greedy, null, null);
    assertEquals(2, await(link.send("EXISTS", anns, other, anns + ":by", other + ":by")).asLong());
  }

  /** The day is the tenant's, and named its users. */
  @Test
  void whatAUsersRunsTookIsErasedWithIt() {
    String day = Keys.runUsage(greedy, 20_000);
    await(
        link.send("HSET", day, "r user eve", 1, "s user eve", 2, "t user eve", 3, "r user ann", 4));
    erase(greedy, "eve", null);
    assertEquals(
        List.of("r user ann"),
        await(link.send("HKEYS", day)).list().stream().map(Reply::asText).toList());
    erase(greedy, null, null);
    assertEquals(0, await(link.send("EXISTS", day)).asLong());
  }

  /** They stayed after their user was erased, too. */
  @Test
  void runsAndThreadsAreErasedWithTheirUserAndNoOther() {
    stored.run(greedy, "eve", "r1");
    stored.run(modest, "eve", "r3");
    List<String> others = stored.named(greedy);
    stored.run(greedy, "ann", "r2");
    List<String> anns = new ArrayList<>(stored.named(greedy));
    anns.removeAll(others);

    erase(greedy, "eve", null);

    assertEquals(
        Stream.concat(
                Stream.concat(anns.stream(), stored.fences(greedy, "r1", "eve").stream()),
                Stream.of(Keys.runQueue(greedy, "agent"), Keys.activeRuns(greedy, null)))
            .sorted()
            .toList(),
        stored.named(greedy));
    assertEquals(RUN_KEYS, stored.named(modest).size());
  }

  @Test
  void aTenantIsErasedByStepsThatMayBeBrokenOff() {
    for (int i = 0; i < 300; i++) {
      stored.write(greedy, ChannelName.topic("t" + i), 10);
    }
    stored.write(modest, NEWS, 100);
    session(greedy, "ann", 10);
    await(link.send("HSET", Keys.schemas(greedy), "e@1", "{}"));
    await(link.send("HSET", Keys.limits(greedy), "connections", 1));

    Erased first = erase(greedy, null, null);
    Erased again = erase(greedy, null, null);

    assertEquals(erased(1, 0, 300 * 7 + 2), first);
    assertEquals(erased(0, 0, 0), again);
    assertEquals(1, await(link.send("XLEN", Keys.limitChanges())).asLong());
    assertEquals(7, stored.keys(modest, NEWS).size());
    List<Row> left = show(greedy, 10).tenants();
    assertTrue(left.isEmpty() || left.get(0).bytes() < 1_000, left::toString);
  }

  @Test
  void aStepSaysWhereToGoOn() {
    for (int i = 0; i < 300; i++) {
      stored.write(greedy, ChannelName.topic("t" + i), 10);
    }
    var walk = new KeyWalk(vertx, link, "hf:*");
    String next = await(walk.run("", keys -> Future.succeededFuture(), () -> true));
    int steps = 1;
    while (next != null) {
      next = await(walk.run(next, keys -> Future.succeededFuture(), () -> true));
      steps++;
    }
    assertTrue(steps > 2, steps + " steps");
  }

  @Test
  void nobodyElseMayAsk() {
    var user = new Caller.User(greedy, "eve", Set.of(), Set.of("*"));
    var service = new Caller.Service("s", "1", Set.of(greedy), Set.of("*"));
    for (Caller caller : List.of(user, service)) {
      assertForbidden(usage.ask(new Show(caller, null, 10)));
      assertForbidden(usage.ask(new Erase(caller, greedy, null, null, "")));
    }
    assertThrows(
        HoldfastException.class,
        () -> new Erase(OPERATOR, greedy, null, ChannelName.session("s1"), ""));
    assertThrows(HoldfastException.class, () -> new Erase(OPERATOR, greedy, "eve", NEWS, ""));
  }

  private static void assertForbidden(Future<?> asked) {
    var refused = assertThrows(HoldfastException.class, () -> await(asked));
    assertEquals(ErrorCode.FORBIDDEN, refused.code());
  }

  private Usage show(String tenant, int limit) {
    return await(usage.ask(new Show(OPERATOR, tenant, limit)));
  }

  private Erased pass(String tenant, String user) {
    return await(usage.ask(new Erase(OPERATOR, tenant, user, null, "")));
  }

  private static Erased erased(int sessions, int runs, int keys) {
    return new Erased(sessions, 0, runs, keys, null, null);
  }

  private Erased erase(String tenant, String user, ChannelName channel) {
    Erased sum = erased(0, 0, 0);
    String next = "";
    while (next != null) {
      Erased step = await(usage.ask(new Erase(OPERATOR, tenant, user, channel, next)));
      sum =
          erased(
              sum.sessions() + step.sessions(), sum.runs() + step.runs(), sum.keys() + step.keys());
      next = step.next();
      assertFalse("".equals(next));
    }
    return sum;
  }

  private String session(String tenant, String user, int bytes) {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of());
    Map<String, String> attributes =
        bytes < 4_000
            ? Map.of("a", "x".repeat(bytes))
            : java.util.stream.IntStream.range(0, bytes / 4_000)
                .boxed()
                .collect(java.util.stream.Collectors.toMap(i -> "a" + i, i -> "x".repeat(4_000)));
    var create = new SessionMessage.Create(caller, tenant, user, attributes);
    return await(sessions.ask(create)).session();
  }

  private Object get(String tenant, String session) {
    return await(sessions.ask(new SessionMessage.Get(OPERATOR, tenant, session)));
  }

  private Future<Void> note(SessionEvent event) {
    events.add(event);
    return Future.succeededFuture();
  }

  private static <A> A await(Future<A> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
