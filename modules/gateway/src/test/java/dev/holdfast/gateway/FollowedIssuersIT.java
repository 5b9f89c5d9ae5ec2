package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.issuers.IssuersVerticle;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.testkit.ForeignIssuer;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.tokens.IssuerMessage;
import dev.holdfast.tokens.IssuerMessage.Issuer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which issuers two nodes trust, whatever Redis does meanwhile. */
@ExtendWith(RedisExtension.class)
class FollowedIssuersIT {
  private static final Caller OPERATOR = new Caller.Service("ops", "1", Set.of("*"), Set.of());
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ForeignIssuer issuer = new ForeignIssuer();
  private final ForeignIssuer other = new ForeignIssuer();
  private final Vertx hereVertx = Vertx.vertx();
  private final Vertx thereVertx = Vertx.vertx();
  private final Vertx thirdVertx = Vertx.vertx();
  private TestRedis redis;
  private Node here;
  private Node there;
  private ServiceClient client;

  private record Node(TokenVerifier tokens, IssuersVerticle verticle) {
    boolean trusts(ForeignIssuer one) {
      return tokens.verify(one.token("acme", "ann")).succeeded();
    }
  }

  @BeforeEach
  void start(@OwnRedis TestRedis own) {
    redis = own;
    here = node(hereVertx);
    there = node(thereVertx);
    client = ServiceClient.local(new Bus(hereVertx), Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    List.of(hereVertx, thereVertx, thirdVertx).forEach(one -> GatewayFixture.get(one.close()));
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE);
  }

  private Node node(Vertx vertx) {
    RedisConfig to = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    TokenVerifier tokens = TokenVerifier.of(GatewayFixture.AUTH);
    var verticle =
        new IssuersVerticle(new Bus(vertx), to, tokens.issuers(), "ops", new SimpleMeterRegistry());
    GatewayFixture.get(vertx.deployVerticle(verticle));
    return new Node(tokens, verticle);
  }

  @Test
  void anIssuerIsTrustedByEachNodeFromWhenItIsAddedToWhenItIsRemoved() {
    assertFalse(here.trusts(issuer) || there.trusts(issuer));

    Issuer added = put(issuer);

    assertTrue(here.trusts(issuer));
    await().until(() -> there.trusts(issuer));
    assertEquals(List.of(added), list());
    assertEquals(added, put(issuer), "the same once more changes nothing");
    remove(issuer.name);
    assertFalse(here.trusts(issuer));
    await().until(() -> !there.trusts(issuer));
    remove(issuer.name);
    assertEquals(List.of(), list());
  }

  @Test
  void aNodeThatStartsKnowsAllAndKeepsThatWithoutRedis() {
    put(issuer);
    remove(issuer.name);
    put(other);
    Node third = node(thirdVertx);

    assertTrue(third.trusts(other));
    assertFalse(third.trusts(issuer));
    assertTrue(third.verticle().isCurrent());
    redis.kill();
    assertTrue(third.trusts(other));
    assertFalse(third.trusts(issuer));
    assertTrue(failure(() -> put(issuer)).retryable);
    redis.start();
    await().until(() -> failure(() -> put(issuer)) == null);
    await().until(() -> there.trusts(issuer) && third.trusts(issuer));
  }

  /** A removal above all: an issuer that was compromised must not come back by a failover. */
  @Test
  void whatAnOlderCopyOfTheDataLacksIsAddedAgain() {
    put(issuer);
    Path older = redis.copyData();
    remove(issuer.name);
    put(other);
    await().until(() -> !there.trusts(issuer) && there.trusts(other));

    redis.restoreFrom(older);

    await().until(() -> text(issuer).matches("\\d+ 0 \\d+ ") && text(other).contains("{"));
    assertFalse(here.trusts(issuer) || there.trusts(issuer));
    assertTrue(here.trusts(other) && there.trusts(other));
    Node third = node(thirdVertx);
    assertFalse(third.trusts(issuer));
    assertTrue(third.trusts(other));
  }

  /** Redis went back, and before any node had looked somebody changed what was lost. */
  @Test
  void aChangeOfWhatRedisHasLostIsNewerThanWhatWasLost() {
    put(issuer);
    await().until(() -> there.trusts(issuer));
    redis.call("DEL", Keys.issuers());

    remove(issuer.name);

    assertFalse(here.trusts(issuer));
    await().until(() -> !there.trusts(issuer));
    await().until(() -> text(issuer).matches("\\d+ 0 \\d+ "));
  }

  /** A newer build may know settings by which fewer tokens are taken. */
  @Test
  void whatThisBuildDoesNotUnderstandIsNotTrusted() {
    put(issuer);
    await().until(() -> there.trusts(issuer));
    String newer = text(issuer).replace("{", "{\"newer\":1,").replaceFirst("^\\d", "2");
    redis.call("HSET", Keys.issuers(), issuer.name, newer, "#", "7");

    await().until(() -> !there.trusts(issuer) && !here.trusts(issuer));
    put(other);
    await().until(() -> there.trusts(other));
  }

  @Test
  void aFullRedisRefusesToAddAndGoesOnRemoving() {
    put(issuer);
    await().until(() -> there.trusts(issuer));
    redis.call("CONFIG", "SET", "maxmemory", "1");

    assertEquals(ErrorCode.STORE_FULL, failure(() -> put(other)));
    remove(issuer.name);
    await().until(() -> !there.trusts(issuer));
  }

  @Test
  void aFullListRefusesByNameAndThoseThatAreThereMayChangeAndGo() {
    put(issuer);
    String fill =
        "for i = 1, 999 do redis.call('HSET', KEYS[1], 'x' .. i, '1 1 1 {}') end return 0";
    redis.call("EVAL", fill, "1", Keys.issuers());

    assertEquals(ErrorCode.LIMIT_EXCEEDED, failure(() -> put(other)));
    ask(
        new IssuerMessage.Put(
            OPERATOR, new JsonObject(issuer.settings()).put("tenant", "acme").encode()));
    remove(issuer.name);
    put(other);
  }

  @Test
  void ofTheRemovedTheOldestAreForgotten() {
    String fill =
        "for i = 1, 100 do redis.call('HSET', KEYS[1], 'x' .. i, i .. ' 0 1 ') end"
            + " redis.call('HSET', KEYS[1], '#', '100') return 0";
    redis.call("EVAL", fill, "1", Keys.issuers());

    put(issuer);
    remove(issuer.name);

    assertEquals("0", redis.text("HEXISTS", Keys.issuers(), "x1"));
    assertEquals("1", redis.text("HEXISTS", Keys.issuers(), "x2"));
    put(other);
    await().until(() -> there.trusts(other));
    assertEquals("102", redis.text("HLEN", Keys.issuers()), "also the number, and the other");
  }

  /** The number of the last change is kept under that name; then nothing could be changed. */
  @Test
  void noIssuerHasTheNameOfTheNumber() {
    String settings = issuer.settings().replace(issuer.name, "#");
    assertEquals(ErrorCode.BAD_REQUEST, failure(() -> remove("#")));
    assertEquals(
        ErrorCode.BAD_REQUEST, failure(() -> ask(new IssuerMessage.Put(OPERATOR, settings))));
    put(issuer);

    redis.call("HSET", Keys.issuers(), "#", "7 0 7 ");
    remove(issuer.name);
    await().until(() -> !there.trusts(issuer));
  }

  @Test
  void onlyServicesOfAllTenantsMayAsk() {
    Caller desk = new Caller.Service("desk", "1", Set.of("acme"), Set.of("*"));
    String settings = issuer.settings();

    assertEquals(ErrorCode.FORBIDDEN, failure(() -> ask(new IssuerMessage.Put(desk, settings))));
    assertEquals(
        ErrorCode.FORBIDDEN, failure(() -> ask(new IssuerMessage.Remove(desk, issuer.name))));
    assertEquals(
        ErrorCode.FORBIDDEN, failure(() -> ask(new IssuerMessage.ListIssuers(desk, "", 9))));
  }

  private String text(ForeignIssuer one) {
    try {
      String text = redis.call("HGET", Keys.issuers(), one.name);
      return text == null ? "" : text;
    } catch (RuntimeException e) {
      return ""; // it starts
    }
  }

  private Issuer put(ForeignIssuer one) {
    return ask(new IssuerMessage.Put(OPERATOR, one.settings()));
  }

  private void remove(String name) {
    ask(new IssuerMessage.Remove(OPERATOR, name));
  }

  private List<Issuer> list() {
    return ask(new IssuerMessage.ListIssuers(OPERATOR, "", 9)).issuers();
  }

  private <A> A ask(IssuerMessage<A> message) {
    Future<A> asked = client.ask(message);
    return GatewayFixture.get(asked);
  }

  private static ErrorCode failure(Runnable step) {
    try {
      step.run();
      return null;
    } catch (HoldfastException e) {
      return e.code();
    }
  }
}
