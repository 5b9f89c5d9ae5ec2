package dev.holdfast.limits.use;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
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
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What nodes report of a tenant's use, in a real Redis. */
@ExtendWith(RedisExtension.class)
class UseReportsIT {
  private final String tenant = "t" + Ids.fresh();
  private final Vertx vertx = Vertx.vertx();
  private RedisLink link;

  @BeforeEach
  void open(@OwnRedis TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
  }

  @AfterEach
  void close() {
    get(vertx.close());
  }

  @Test
  void nodesAddUpAndTheMostConnectionsAreThoseOfAllNodes() {
    Uses a = new Uses(10);
    Uses b = new Uses(10);
    var ofA = new UseReports(a, link, "a@1", new SimpleMeterRegistry());
    var ofB = new UseReports(b, link, "b@1", new SimpleMeterRegistry());
    for (int i = 0; i < 3; i++) {
      a.opened(tenant);
      b.opened(tenant);
    }
    a.add(tenant, Use.IN, 5);
    b.add(tenant, Use.IN, 7);
    a.peak(tenant, Use.RETAINED, 100);
    b.peak(tenant, Use.RETAINED, 90);

    get(ofA.all());
    get(ofB.all());
    get(ofA.all());

    assertEquals(12, today("bytesIn"));
    assertEquals(6, today("connects"));
    assertEquals(6, today("connections"));
    assertEquals(100, today("retainedBytes"));
  }

  @Test
  void bytesOfFilesAreReadWithEachReport() {
    Uses uses = new Uses(10);
    uses.add(tenant, Use.IN, 5);
    get(link.send("HSET", FileKeys.fileQuota(tenant), "#bytes", 4_000));

    get(new UseReports(uses, link, "a@1", new SimpleMeterRegistry()).all());

    assertEquals(4_000, today("fileBytes"));
  }

  /** The answer was lost, and all is sent again; or an old connection brings it late. */
  @Test
  void aReportThatComesTwiceOrLateCountsOnce() {
    var store = new UseStore(link, "a@1");
    long[] amounts = new long[Use.values().length];
    amounts[Use.OUT.ordinal()] = 9;
    var first = new TenantUse.Report(1, amounts);

    get(store.add(tenant, first));
    get(store.add(tenant, first));
    get(store.add(tenant, new TenantUse.Report(2, amounts)));
    get(store.add(tenant, first));

    assertEquals(18, today("bytesOut"));
  }

  @Test
  void daysThatAreOverGoWhenADayBegins() {
    long before = LocalDate.now(ZoneOffset.UTC).toEpochDay();
    get(link.send("HSET", Keys.used(tenant), "day", before - 1));
    for (int ago = UseReports.DAYS + 1; ago > 0; ago--) {
      get(link.send("HSET", Keys.used(tenant), before - ago + " bytesIn", 3));
    }
    Uses uses = new Uses(10);
    uses.add(tenant, Use.IN, 1);

    get(new UseReports(uses, link, "a@1", new SimpleMeterRegistry()).all());

    long day = get(link.send("HGET", Keys.used(tenant), "day")).asLong();
    assertFalse(has(day - UseReports.DAYS));
    assertTrue(has(day - UseReports.DAYS + 1));
    assertTrue(has(before - 1));
    assertEquals(1, get(link.send("HGET", Keys.used(tenant), day + " bytesIn")).asLong());
    assertTrue(get(link.send("PTTL", Keys.used(tenant))).asLong() > 0);
    assertTrue(get(link.send("PTTL", Keys.using(tenant))).asLong() > 0);
  }

  /** And nothing is lost once there is room. */
  @Test
  void aFullRedisRefusesAReportAsAWhole() {
    Uses uses = new Uses(10);
    var reports = new UseReports(uses, link, "a@1", new SimpleMeterRegistry());
    uses.add(tenant, Use.IN, 1);
    get(link.send("CONFIG", "SET", "maxmemory", 1));
    assertThrows(IllegalStateException.class, () -> get(reports.all()));
    assertEquals(0, get(link.send("EXISTS", Keys.used(tenant), Keys.using(tenant))).asLong());
    get(link.send("CONFIG", "SET", "maxmemory", 0));
    uses.add(tenant, Use.IN, 2);

    get(reports.all());
    get(reports.all());

    assertEquals(3, today("bytesIn"));
  }

  /** A node that stopped then took along what it had counted since. */
  @Test
  void aNodeThatStopsReportsWhatItCountedSinceAReportThatFailed() {
    Uses uses = new Uses(10);
    var reports = new UseReports(uses, link, "a@1", new SimpleMeterRegistry());
    uses.add(tenant, Use.IN, 1);
    get(link.send("CONFIG", "SET", "maxmemory", 1));
    assertThrows(IllegalStateException.class, () -> get(reports.all()));
    get(link.send("CONFIG", "SET", "maxmemory", 0));
    uses.add(tenant, Use.IN, 2);

    get(reports.close());

    assertEquals(3, today("bytesIn"));
  }

  /** The shard of one tenant, among a few hundred, was away. */
  @Test
  void whatOneTenantLacksTheOthersReportNevertheless() {
    Uses uses = new Uses(1_000);
    for (int i = 0; i < UseReports.AT_ONCE + 10; i++) {
      uses.add(tenant + i, Use.IN, 1);
    }
    List<String> tenants = new ArrayList<>();
    uses.each(use -> tenants.add(use.tenant));
    get(link.send("SET", Keys.using(tenants.get(0)), "not a hash"));
    var reports = new UseReports(uses, link, "a@1", new SimpleMeterRegistry());

    assertThrows(IllegalStateException.class, () -> get(reports.close()));

    for (String other : tenants.subList(1, tenants.size())) {
      assertEquals(1, get(link.send("EXISTS", Keys.used(other))).asLong(), other);
    }
  }

  private boolean has(long day) {
    return get(link.send("HEXISTS", Keys.used(tenant), day + " bytesIn")).asLong() == 1;
  }

  /** Returns what was used today; and the day before, if midnight was within the test. */
  private long today(String name) {
    long day = LocalDate.now(ZoneOffset.UTC).toEpochDay();
    boolean isPeak =
        Stream.of(Use.values()).anyMatch(use -> use.isPeak() && use.key().equals(name));
    long one = amount(day - 1, name);
    long other = amount(day, name);
    return isPeak ? Math.max(one, other) : one + other;
  }

  private long amount(long day, String name) {
    return get(link.send("HGET", Keys.used(tenant), day + " " + name)).longOr(0);
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
