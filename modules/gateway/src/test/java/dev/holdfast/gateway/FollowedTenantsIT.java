package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.tenants.TenantsConfig;
import dev.holdfast.auth.tenants.TenantsVerticle;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.tenants.TenantMessage;
import dev.holdfast.tenants.TenantMessage.Act;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What two nodes know of tenants, whatever Redis and its stream of changes do meanwhile. */
@ExtendWith(RedisExtension.class)
class FollowedTenantsIT {
  private static final Caller OPERATOR = new Caller.Service("ops", "1", Set.of("*"), Set.of());
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx hereVertx = Vertx.vertx();
  private final Vertx thereVertx = Vertx.vertx();
  private final Vertx thirdVertx = Vertx.vertx();
  private TestRedis redis;
  private TenantsVerticle here;
  private TenantsVerticle there;
  private ServiceClient client;

  @BeforeEach
  void start(@OwnRedis TestRedis own) {
    redis = own;
    here = node(hereVertx, TenantsConfig.DEFAULTS);
    there = node(thereVertx, new TenantsConfig(true));
    client = ServiceClient.local(new Bus(hereVertx), Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    List.of(hereVertx, thereVertx, thirdVertx).forEach(one -> GatewayFixture.get(one.close()));
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE);
  }

  private TenantsVerticle node(Vertx vertx, TenantsConfig config) {
    RedisConfig to = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    var verticle =
        new TenantsVerticle(new Bus(vertx), to, config, "ops", new SimpleMeterRegistry());
    GatewayFixture.get(vertx.deployVerticle(verticle));
    return verticle;
  }

  @Test
  void aClusterThatIsClosedAdmitsTheTenantsThatWereCreated() {
    assertEquals(Optional.of(ErrorCode.TENANT_UNKNOWN), there.refusal("acme"));

    change("acme", Act.CREATE);

    await().until(() -> there.refusal("acme").isEmpty());
    change("acme", Act.SUSPEND);
    await().until(() -> isSuspended(there, "acme"));
    change("acme", Act.RESUME);
    await().until(() -> there.refusal("acme").isEmpty());
    assertTrue(here.refusal("other").isEmpty());
  }

  /** More changed than the stream keeps while a node was cut off. */
  @Test
  void aChangeWhoseEntryWasTrimmedIsFoundByWhatItsSuccessorSays() {
    change("known", Act.SUSPEND);
    await().until(() -> isSuspended(there, "known"));
    long n = Long.parseLong(redis.text("HGET", Keys.tenants(), "#"));
    String missed = "suspended 0 1 " + (n + 1);
    redis.call(
        "HSET",
        Keys.tenants(),
        "missed",
        missed,
        "other",
        "active 5 5 " + (n + 2),
        "#",
        "" + (n + 2));
    redis.call(
        "XADD", Keys.tenantChanges(), "*", "t", "other", "n", "" + (n + 2), "p", "" + (n + 1));

    await().until(() -> isSuspended(there, "missed") && isSuspended(here, "missed"));
    await().until(() -> there.refusal("other").isEmpty());
  }

  /** A newer build may write more; a node of this one passes it over. */
  @Test
  void whatANewerBuildAddsIsPassedOver() {
    change("known", Act.SUSPEND);
    String n = redis.text("HGET", Keys.tenants(), "#");
    redis.call("HSET", Keys.tenants(), "acme", "suspended 0 1 " + n + "1 more words", "#", n + "1");
    redis.call(
        "XADD", Keys.tenantChanges(), "*", "x", "y", "t", "acme", "n", n + "1", "p", n, "z", "1");

    await().until(() -> isSuspended(there, "acme"));
  }

  @Test
  void whatAnOlderCopyOfTheDataLacksIsAddedAgain() {
    change("early", Act.SUSPEND);
    change("ended", Act.SUSPEND);
    Path older = redis.copyData();
    change("late", Act.SUSPEND);
    change("early", Act.CREATE);
    await().until(() -> isSuspended(there, "late"));

    redis.restoreFrom(older);

    await().until(() -> text("late").startsWith("suspended 0 "));
    await().until(() -> text("early").matches("suspended [1-9].*"));
    assertTrue(isSuspended(here, "late") && isSuspended(there, "late"));
    var third = node(thirdVertx, TenantsConfig.DEFAULTS);
    assertTrue(isSuspended(third, "late"));
  }

  /** After a failover a change of another tenant came before the nodes had looked. */
  @Test
  void aSuspensionThatIsLostIsAddedAgainThoughSomethingWasChangedSince() {
    change("acme", Act.SUSPEND);
    change("mine", Act.SUSPEND);
    await().until(() -> isSuspended(there, "acme") && isSuspended(there, "mine"));
    String n = redis.text("HGET", Keys.tenants(), "#");
    String lose =
        "redis.call('HDEL', KEYS[1], 'acme', 'mine')"
            + " redis.call('HSET', KEYS[1], 'other', 'active 5 5 ' .. ARGV[1], '#', ARGV[1])"
            + " redis.call('XADD', KEYS[2], '*', 't', 'other', 'n', ARGV[1], 'p', '5')"
            + " return 0";
    redis.call("EVAL", lose, "2", Keys.tenants(), Keys.tenantChanges(), n + "0");
    change("mine", Act.CREATE);

    assertTrue(text("mine").matches("suspended [1-9].*"), text("mine"));
    await().until(() -> text("acme").startsWith("suspended 0 "));
    await().until(() -> there.refusal("other").isEmpty());
    assertTrue(isSuspended(here, "acme") && isSuspended(there, "acme"));
  }

  @Test
  void withoutRedisTheAnswerIsRetryableAndWhatIsKnownStaysInForce() {
    change("acme", Act.SUSPEND);
    redis.kill();

    ErrorCode code = failure("other", Act.SUSPEND);

    assertTrue(code.retryable, code.toString());
    assertTrue(isSuspended(here, "acme"));
    redis.start();
    await().until(() -> failure("other", Act.SUSPEND) == null);
    await().until(() -> isSuspended(there, "other"));
  }

  @Test
  void aFullRedisSuspendsAndCreatesNone() {
    change("acme", Act.CREATE);
    redis.call("CONFIG", "SET", "maxmemory", "1");

    assertEquals(ErrorCode.STORE_FULL, failure("other", Act.CREATE));
    change("acme", Act.SUSPEND);
    change("other", Act.SUSPEND);
    change("other", Act.RESUME);
    assertTrue(isSuspended(here, "acme"));
    assertTrue(here.refusal("other").isEmpty());
  }

  @Test
  void aFullListRefusesByNameAndGoesOnWithThoseThatAreThere() {
    change("acme", Act.CREATE);
    String fill =
        "for i = 1, 99999 do redis.call('HSET', KEYS[1], 'x' .. i, 'active 1 1 1') end return 0";
    redis.call("EVAL", fill, "1", Keys.tenants());

    assertEquals(ErrorCode.LIMIT_EXCEEDED, failure("other", Act.SUSPEND));
    change("acme", Act.SUSPEND);
  }

  private String text(String tenant) {
    try {
      String text = redis.call("HGET", Keys.tenants(), tenant);
      return text == null ? "" : text;
    } catch (RuntimeException e) {
      return ""; // it starts
    }
  }

  private void change(String tenant, Act act) {
    GatewayFixture.get(client.ask(new TenantMessage.Change(OPERATOR, tenant, act)));
  }

  private ErrorCode failure(String tenant, Act act) {
    try {
      change(tenant, act);
      return null;
    } catch (HoldfastException e) {
      return e.code();
    }
  }

  private static boolean isSuspended(TenantsVerticle node, String tenant) {
    return node.refusal(tenant).equals(Optional.of(ErrorCode.TENANT_SUSPENDED));
  }
}
