package dev.holdfast.nodes.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.connections.usage.UsageMessage.Export;
import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.connections.usage.UsageMessage.LeaveExport;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Exports by parts, and what may happen between two of them. */
@ExtendWith(RedisExtension.class)
class ExportIT {
  private static final Caller OPERATOR = new Caller.Service("operator", "1", Set.of("*"), Set.of());
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final int MANY = 3_000;

  private final String tenant = "e" + Ids.fresh();
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final ServiceClient usage = ServiceClient.local(bus, Duration.ofSeconds(5));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private TestRedis server;
  private RedisLink link;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) {
    server = redis;
    RedisConfig config = RedisConfig.of(server.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = await(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    await(vertx.deployVerticle(new UsageVerticle(bus, config, usage, meters)));
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void aLongLogComesInOrderAndOnceWhileItIsWrittenTo() {
    append(tenant, 1, MANY);
    String id = Ids.fresh();
    List<JsonObject> lines = new ArrayList<>();
    Exported part = part(id, null, 0);
    for (int i = 1; !part.last(); i++) {
      lines.addAll(read(part));
      append(tenant, MANY + i, MANY + i);
      part = part(id, null, i);
    }
    lines.addAll(read(part));

    List<Long> seqs = of("publication", lines).stream().map(one -> one.getLong("seq")).toList();
    assertEquals(LongStream.rangeClosed(1, MANY).boxed().toList(), seqs);
    JsonObject channel = of("channel", lines).get(0);
    assertEquals("topic:news", channel.getString("channel"));
    assertEquals(MANY, channel.getLong("top"));
    JsonObject first = of("publication", lines).get(0);
    assertEquals("two lines", first.getJsonObject("data").getString("a"));
    assertEquals(MANY, end(lines).getJsonObject("counts").getInteger("publication"));
    assertEquals(0, underWay());
  }

  /** What was appended to the new log would have come under the numbers of the old one. */
  @Test
  void aLogThatBeginsAnewEndsThere() {
    append(tenant, 1, MANY);
    String id = Ids.fresh();
    List<JsonObject> lines = new ArrayList<>(read(part(id, null, 0)));
    int before = of("publication", lines).size();
    assertTrue(before > 0 && before < MANY, before + " in the first part");
    Channel news = new Channel(tenant, NEWS);
    await(link.send("DEL", Keys.meta(news), Keys.log(news)));
    await(link.send("HSET", Keys.meta(news), "e", "other", "f", "", "s", MANY));
    append(tenant, 1, MANY);

    lines.addAll(rest(id, 1));

    assertEquals(before, of("publication", lines).size());
    assertEquals(before, end(lines).getJsonObject("counts").getInteger("publication"));
  }

  @Test
  void aLogThatWasForkedGoesOn() {
    append(tenant, 1, MANY);
    String id = Ids.fresh();
    List<JsonObject> lines = new ArrayList<>(read(part(id, null, 0)));
    String meta = Keys.meta(new Channel(tenant, NEWS));
    await(link.send("HSET", meta, "e", "e2", "f", "e1:" + MANY));

    lines.addAll(rest(id, 1));

    assertEquals(MANY, of("publication", lines).size());
  }

  @Test
  void atANodeOneOfATenantIsUnderWayAndTwoOfAll() {
    append(tenant, 1, MANY);
    append("o" + tenant, 1, MANY);
    String id = Ids.fresh();
    part(id, null, 0);
    refused(ErrorCode.RATE_LIMITED, new Export(OPERATOR, tenant, "ann", Ids.fresh(), 0));
    String other = Ids.fresh();
    await(usage.ask(new Export(OPERATOR, "o" + tenant, null, other, 0)));
    assertEquals(2, underWay());
    refused(ErrorCode.RATE_LIMITED, new Export(OPERATOR, "third", null, Ids.fresh(), 0));

    assertTrue(await(usage.ask(new LeaveExport(OPERATOR, id))).underWay());
    assertFalse(await(usage.ask(new LeaveExport(OPERATOR, id))).underWay());
    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, id, 1));
    part(Ids.fresh(), null, 0);
  }

  @Test
  void aPartIsReadOnce() {
    append(tenant, 1, MANY);
    String id = Ids.fresh();
    part(id, null, 0);
    part(id, null, 1);
    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, id, 1));
    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, id, 0));
    part(id, null, 2);
  }

  @Test
  void aTenantThatIsBeingErasedIsNotExported() {
    append(tenant, 1, MANY);
    String id = Ids.fresh();
    part(id, null, 0);
    var another = new ErasureMark(link, tenant);
    await(another.begin());

    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, id, 1));
    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, Ids.fresh(), 0));
    assertEquals(0, underWay());
    erase("user");
    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, Ids.fresh(), 0));
    await(another.end(false));
    refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, Ids.fresh(), 0));
    erase(null);
    assertEquals(List.of("begin", "end"), kinds(rest(Ids.fresh(), 0)));
    assertTrue(await(link.send("PTTL", Keys.erasing(tenant))).asLong() > 60_000);
  }

  /** The mark was gone with the last step, and half of the export was missing. */
  @Test
  void anErasureThatComesAndGoesBetweenTwoPartsEndsTheExport() {
    append(tenant, 1, MANY);
    for (int i = 0; i < 2; i++) {
      String id = Ids.fresh();
      part(id, null, 0);
      erase("eve");
      refused(ErrorCode.CONFLICT, new Export(OPERATOR, tenant, null, id, 1));
    }
    assertEquals(MANY, of("publication", rest(Ids.fresh(), 0)).size());
  }

  private void erase(String user) {
    Erased step = await(usage.ask(new Erase(OPERATOR, tenant, user, null, "")));
    while (step.next() != null) {
      step = await(usage.ask(new Erase(OPERATOR, tenant, user, null, step.next())));
    }
  }

  /**
   * Whoever asked and left, again and again, had more parts read at a time than there are places.
   */
  @Test
  void aPlaceIsFreeWhenWhatIsBeingReadThereHasEnded() {
    String id = Ids.fresh();
    server.pause();
    Future<Exported> part = usage.ask(new Export(OPERATOR, tenant, null, id, 0));
    while (underWay() == 0) {
      Thread.onSpinWait();
    }
    assertTrue(await(usage.ask(new LeaveExport(OPERATOR, id))).underWay());
    assertFalse(await(usage.ask(new LeaveExport(OPERATOR, id))).underWay());
    refused(ErrorCode.RATE_LIMITED, new Export(OPERATOR, tenant, null, Ids.fresh(), 0));
    server.resume();

    assertThrows(HoldfastException.class, () -> await(part));
    assertEquals(0, underWay());
    assertTrue(part(Ids.fresh(), null, 0).last());
  }

  /** Sessions brought their logs at once, and a walk that had forgotten it met those again. */
  @Test
  void aLogComesOnceHoweverManyKeysLieBetweenItAndItsSession() {
    List<Future<?>> written = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      written.add(link.send("HSET", file(i), "owner", "ann", "state", "ready"));
    }
    for (int i = 0; i < 50; i++) {
      Channel own = new Channel(tenant, ChannelName.parse("session:s" + i));
      written.add(link.send("HSET", Keys.session(tenant, "s" + i), "user", "ann"));
      written.add(link.send("XADD", Keys.log(own), "1-0", "b", "\"data\":1", "t", 5));
    }
    await(Future.all(written));
    for (String user : Arrays.asList(null, "ann")) {
      var exporting = new Exporting(vertx, link, tenant, user, new SeenKeys(8));
      List<JsonObject> lines = new ArrayList<>();
      Exported part = await(exporting.next());
      for (; !part.last(); part = await(exporting.next())) {
        lines.addAll(read(part));
      }
      lines.addAll(read(part));
      assertEquals(50, of("channel", lines).size());
      assertEquals(50, new HashSet<>(of("channel", lines)).size());
    }
  }

  /** One of them ended each export at its key. */
  @Test
  void whatIsNoNumberIsLeftOut() {
    await(link.send("HSET", Keys.limits(tenant), "user.publications", 77, "other", "by hand"));
    await(link.send("HSET", Keys.agents(tenant), "seeker", "{\"queue\":1}"));
    await(link.send("HSET", Keys.schemas(tenant), "order@1", "{}", "odd", "{}", "odd@x", "{}"));
    await(link.send("HSET", file(1), "owner", "ann", "state", "ready", "size", "big"));
    await(link.send("HSET", Keys.tenants(), tenant, "active soon 5 6"));

    List<JsonObject> lines = rest(Ids.fresh(), 0);
    String set = of("limits", lines).get(0).getJsonObject("set").encode();
    assertEquals("{\"user.publications\":77}", set);
    assertEquals(1, of("schema", lines).size());
    assertEquals(
        new JsonObject("{\"kind\":\"agent\",\"agent\":\"seeker\",\"record\":{\"queue\":1}}"),
        of("agent", lines).get(0));
    assertEquals("f1", of("file", lines).get(0).getString("file"));
    JsonObject state = new JsonObject().put("kind", "tenant").put("state", "active");
    assertEquals(state.put("since", 5), of("tenant", lines).get(0));
  }

  @Test
  void anExportIsOverIfRedisWasAwayMeanwhile() {
    append(tenant, 1, MANY);
    String id = Ids.fresh();
    part(id, null, 0);
    server.restart();

    refused(ErrorCode.UNAVAILABLE, new Export(OPERATOR, tenant, null, id, 1));
    assertEquals(0, underWay());
  }

  @Test
  void nobodyElseMayAsk() {
    var user = new Caller.User(tenant, "eve", Set.of(), Set.of("*"));
    var service = new Caller.Service("s", "1", Set.of(tenant), Set.of("*"));
    for (Caller caller : List.of(user, service)) {
      refused(ErrorCode.FORBIDDEN, new Export(caller, tenant, null, "e", 0));
      var refused =
          assertThrows(
              HoldfastException.class, () -> await(usage.ask(new LeaveExport(caller, "e"))));
      assertEquals(ErrorCode.FORBIDDEN, refused.code());
    }
  }

  private String file(int number) {
    return FileKeys.file(tenant, "f" + number);
  }

  private void append(String of, int from, int to) {
    Channel news = new Channel(of, NEWS);
    List<Future<?>> done = new ArrayList<>();
    done.add(link.send("HSETNX", Keys.meta(news), "e", "e1"));
    for (int i = from; i <= to; i++) {
      String body = "\"event\":\"e\",\"data\":{\"a\":\r\n\"two lines\",\"b\":\"%s\"},\"from\":{}";
      String entry = body.formatted("x".repeat(100));
      done.add(link.send("XADD", Keys.log(news), i + "-0", "b", entry, "t", 5, "p", "p#1"));
    }
    await(Future.all(done));
  }

  private Exported part(String id, String user, int number) {
    return await(usage.ask(new Export(OPERATOR, tenant, user, id, number)));
  }

  private List<JsonObject> rest(String id, int from) {
    List<JsonObject> lines = new ArrayList<>();
    Exported part = part(id, null, from);
    for (int i = from + 1; !part.last(); i++) {
      lines.addAll(read(part));
      part = part(id, null, i);
    }
    lines.addAll(read(part));
    return lines;
  }

  private static List<JsonObject> read(Exported part) {
    return part.lines().lines().map(JsonObject::new).toList();
  }

  private static List<JsonObject> of(String kind, List<JsonObject> lines) {
    return lines.stream().filter(line -> line.getString("kind").equals(kind)).toList();
  }

  private static List<String> kinds(List<JsonObject> lines) {
    return lines.stream().map(line -> line.getString("kind")).toList();
  }

  private static JsonObject end(List<JsonObject> lines) {
    JsonObject last = lines.get(lines.size() - 1);
    assertEquals("end", last.getString("kind"));
    return last;
  }

  private double underWay() {
    return meters.get("holdfast.exports").gauge().value();
  }

  private void refused(ErrorCode code, Export export) {
    var refused = assertThrows(HoldfastException.class, () -> await(usage.ask(export)));
    assertEquals(code, refused.code(), refused.getMessage());
  }

  private static <A> A await(Future<A> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
