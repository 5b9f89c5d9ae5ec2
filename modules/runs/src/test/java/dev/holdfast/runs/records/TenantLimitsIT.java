package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.limits.runs.FollowedRunLimits;
import dev.holdfast.limits.runs.RunLimit;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits of runs that are set for one tenant. */
@ExtendWith(RedisExtension.class)
class TenantLimitsIT {
  private Stores stores;
  private FollowedRunLimits limits;

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    limits =
        stores.on(
            () -> {
              var all = RunsConfig.DEFAULTS.amounts();
              var followed = new FollowedRunLimits(stores.link, all);
              stores.places.limitedBy(followed::of);
              return Future.succeededFuture(followed);
            });
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private void set(String name, Object amount) {
    stores.redis("HSET", Keys.limits(stores.tenant), name, amount);
    stores.redis("XADD", Keys.limitChanges(), "*", "t", stores.tenant);
  }

  private void follow() {
    stores.on(
        () -> {
          limits.follow();
          return Future.succeededFuture();
        });
  }

  private long most(RunLimit limit) {
    return stores.on(() -> limits.of(stores.tenant)).of(limit);
  }

  private Future<?> start(String run) {
    return stores.ask(
        () -> stores.places.reserve(new RunKey(stores.tenant, run), "ann", 1).mapEmpty());
  }

  private void spend(long tokens) {
    var last = Json.parse("{\"usage\":[{\"totalTokens\":" + tokens + "}]}");
    stores.on(() -> stores.places.spend(new RunKey(stores.tenant, "any"), "ann", last));
  }

  @Test
  void tokensAreCountedAndLimitedOnceTheTenantHasALimit() {
    spend(1_000);
    Await.get(start("r1"));
    assertEquals(0, stores.redis("EXISTS", Keys.runTokens(stores.tenant, "ann")).asLong());
    set("runs.userTokensPerDay", 100);
    Await.until(
        "it is followed",
        () -> {
          follow();
          return most(RunLimit.USER_TOKENS) == 100;
        });
    spend(100);
    assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(start("r2")));
    set("runs.userTokensPerDay", 101);
    Await.until(
        "so is this",
        () -> {
          follow();
          return most(RunLimit.USER_TOKENS) == 101;
        });
    Await.get(start("r2"));
  }

  /** The first run of a day, or of a minute, was allowed whatever the limit. */
  @Test
  void zeroAllowsNothing() {
    for (RunLimit limit : RunLimit.values()) {
      follow(limit, 0);
      assertEquals(ErrorCode.LIMIT_EXCEEDED, Await.code(start("r1")), limit.key());
      follow(limit, RunsConfig.DEFAULTS.amounts().of(limit));
    }
    Await.get(start("r1"));
  }

  private void follow(RunLimit limit, long amount) {
    set("runs." + limit.key(), amount);
    Await.until(
        limit + " is followed",
        () -> {
          follow();
          return most(limit) == amount;
        });
  }

  /** A newer build, or a hand, wrote it. */
  @Test
  void whatIsUnknownOrNoAmountIsNotFollowed() {
    set("runs.userRuns", "many");
    set("runs.tenantRuns", -5);
    set("runs.other", 1);
    set("user.bytes", 1);
    set("runs.startsPerMinute", 7);
    assertEquals(5, most(RunLimit.USER_RUNS));
    assertEquals(200, most(RunLimit.TENANT_RUNS));
    assertEquals(7, most(RunLimit.STARTS));
    assertTrue(stores.redis("DEL", Keys.limits(stores.tenant)).asLong() > 0);
  }
}
