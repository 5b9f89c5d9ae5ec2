package dev.holdfast.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.tokens.RevocationMessage.Revoke;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens that are withdrawn before they expire, whatever Redis does meanwhile. */
@ExtendWith(RedisExtension.class)
class RevocationIT {
  private static final Logger LOG = LoggerFactory.getLogger(RevocationIT.class);

  /** Of a full list; a million by hand, as if another build had accepted them. */
  private static final int ENTRIES = Integer.getInteger("holdfast.revocations", 100_000);

  /** A script with more would be an answer that comes too late. */
  private static final int STEP = 50_000;

  private static final int REVOKED = 4504;
  private static final int UNAVAILABLE = 4004;
  private static final Duration EFFECTIVE = Duration.ofSeconds(2);

  private final HttpClient http = HttpClient.newHttpClient();
  private TestRedis redis;
  private GatewayFixture node;

  @BeforeEach
  void start(@OwnRedis TestRedis own) {
    redis = own;
    node = new GatewayFixture(own.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** A service closed a session as revoked; the same token was welcomed again at once. */
  @Test
  void theTokenOfARevokedSessionIsRefusedFromThenOn() {
    String token = node.token("ann");
    Welcomed ann = node.hello(token, Map.of());
    Welcomed other = node.hello(otherToken("ann"), Map.of());

    var revoked = SessionMessage.Close.REVOKED;
    GatewayFixture.get(
        node.sessions.ask(
            new SessionMessage.Close(node.service, node.tenant, ann.session(), revoked)));

    assertEquals(REVOKED, ann.client().awaitClose(EFFECTIVE).code());
    assertEquals(REVOKED, refused(node, token, Map.of()));
    assertEquals(REVOKED, refused(node, token, Map.of("resume", ann.session())));
    HttpResponse<String> page = get(token, "/v1/sessions");
    assertEquals(403, page.statusCode());
    assertTrue(page.body().contains("\"revoked\""), page.body());
    assertEquals(403, get(token, "/v1/events").statusCode());
    assertTrue(other.client().isOpen());
  }

  @Test
  void aUsersConnectionsAreClosedOnEachNodeAndANewTokenResumesTheSession() {
    try (var there = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS)) {
      Welcomed ann = there.hello("ann");
      Welcomed bob = there.hello("bob");

      revoke("ann", null);

      assertEquals(REVOKED, ann.client().awaitClose(EFFECTIVE).code());
      await("a second later").until(() -> tryHello(there, "ann"));
      Welcomed again = there.hello(there.token("ann"), Map.of("resume", ann.session()));
      assertTrue(again.welcome().get("resumed").asBoolean());
      assertTrue(bob.client().isOpen());
    }
  }

  /** It was answered as stored, and dropped by all nodes: the tenant's seemed to contain it. */
  @Test
  void aSingleTokenIsRevokedWhateverSecondIsNamedBesideIt() {
    revokeUntil(null, now() - 60);
    String token = node.token("ann");
    Welcomed ann = node.hello(token, Map.of());

    revokeUntil(digest(token), now() - 100);

    assertEquals(REVOKED, ann.client().awaitClose(EFFECTIVE).code());
    assertEquals(REVOKED, refused(node, token, Map.of()));
  }

  @Test
  void allTokensOfATenantAreRevokedAndNoneOfAnother() {
    try (var other = new GatewayFixture(redis.uri())) {
      Welcomed bob = other.hello("bob");
      Welcomed ann = node.hello("ann");

      revoke(null, null);

      assertEquals(REVOKED, ann.client().awaitClose(EFFECTIVE).code());
      assertTrue(bob.client().isOpen());
      assertEquals(1, entries());
    }
  }

  @Test
  void aUserWithoutThePermissionRevokesNothing() {
    var ann = new Caller.User(node.tenant, "ann", Set.of(), Set.of("tokens:nothing"));
    var other = new Caller.Service("s", "1", Set.of("other"), Set.of());
    for (Caller caller : new Caller[] {ann, other}) {
      var wish = new Revoke(caller, node.tenant, "bob", null, now(), 0);
      assertEquals(ErrorCode.FORBIDDEN, refusal(wish));
    }
    assertEquals(0, entries());
  }

  @Test
  void theSameRevocationAgainTakesNoMorePlace() {
    for (int i = 0; i < 50; i++) {
      revoke("ann", null);
      revoke(null, "t1");
    }

    assertEquals(2, entries());
  }

  /** Each of them looked at all connections, on an event loop. */
  @Test
  void allConnectionsAreLookedAtOnceForManyRevocations() {
    long begun = System.nanoTime();
    List<Future<?>> asked = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      asked.add(node.sessions.ask(user("u" + i)));
    }
    GatewayFixture.get(Future.join(asked));
    await("a look").until(() -> node.revokedLooks.get() > 0);

    long most = 2 + Duration.ofNanos(System.nanoTime() - begun).toMillis() / 50;
    assertTrue(node.revokedLooks.get() <= most, () -> node.revokedLooks + " of " + most);
  }

  /** A greedy tenant filled the list; others have their room, and it has a way out. */
  @Test
  void aFullListRefusesByNameAndOneForTheWholeTenantMakesRoom() {
    String fill =
        "for i = ARGV[4] + 1, ARGV[4] + ARGV[5] do redis.call('XADD', KEYS[1], '*', 't', ARGV[1],"
            + " 's', 't:' .. i, 'b', ARGV[2], 'u', ARGV[3]) end";
    long late = System.currentTimeMillis() + 3_600_000;
    for (int i = 0; i < ENTRIES; i += STEP) {
      String tenant = i < ENTRIES / 2 ? "x" : node.tenant;
      node.redis("EVAL", fill, 1, Keys.revocations(), tenant, now(), late, i, STEP);
    }
    Runtime heap = Runtime.getRuntime();
    long before = used(heap);
    long begun = System.nanoTime();
    try (var there = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS)) {
      LOG.info(
          "{} revocations are known after {}; {} MB more of heap in use",
          ENTRIES,
          Duration.ofNanos(System.nanoTime() - begun),
          (used(heap) - before) >> 20);
      assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal(there, user("ann")));
      if (ENTRIES > 200_000) {
        assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal(there, user(null)), "beyond their own room");
        return;
      }

      GatewayFixture.get(there.sessions.ask(user(null)));

      await("removed").until(() -> entries() == ENTRIES / 2 + 1);
      GatewayFixture.get(there.sessions.ask(user("ann")));
    }
  }

  private static long used(Runtime heap) {
    if (ENTRIES > 100_000) {
      System.gc();
    }
    return heap.totalMemory() - heap.freeMemory();
  }

  @Test
  void aFullRedisRefusesByNameAndGoesOnRefusingTokens() {
    String token = node.token("ann");
    revoke("ann", null);
    node.redis("CONFIG", "SET", "maxmemory", "1");

    assertEquals(ErrorCode.STORE_FULL, refusal(node, user("bob")));
    assertEquals(REVOKED, refused(node, token, Map.of()));
  }

  /** Of what happened meanwhile it knows nothing, so it lets nobody in; who is there stays. */
  @Test
  void aNodeThatHasNotHeardOfRedisForTenSecondsRefusesAttachesAsRetryable() {
    Welcomed ann = node.hello("ann");
    redis.pause();
    long paused = System.nanoTime();
    await("a view that is too old")
        .pollInterval(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(20))
        .until(() -> refused(node, "no matter", Map.of()) == UNAVAILABLE);
    assertTrue(System.nanoTime() - paused > Duration.ofSeconds(9).toNanos());
    redis.resume();

    await("a view that is young again").until(() -> tryHello(node, "bob"));
    assertTrue(ann.client().isOpen());
  }

  /**
   * After a failover to an older copy, a token that had been revoked would have been good again.
   */
  @Test
  void whatAnOlderCopyOfTheDataLacksIsAddedAgain() {
    revoke("bob", null);
    Path older = redis.copyData();
    String token = node.token("ann");
    revoke("ann", null);

    redis.restoreFrom(older);

    await("both, by two walks").until(() -> isUp() && entries() == 2);
    assertEquals(REVOKED, refused(node, token, Map.of()));
    try (var fresh = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS)) {
      assertEquals(REVOKED, refused(fresh, token, Map.of()));
    }
  }

  /** The ids of another server's entries may be smaller than those that a node knows. */
  @Test
  void whatIsRevokedOnAServerWhoseClockIsBehindIsFollowed() {
    revoke("bob", null);
    Path before = redis.copyData();
    node.redis("XADD", Keys.revocations(), now() * 1_000 + 3_600_000 + "-0", "t", "x");
    await("known").until(() -> node.registry.get("holdfast.revocations").gauge().value() == 2);
    redis.restoreFrom(before);
    await("back").until(this::isUp);
    String token = node.token("ann");

    try (var there = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS)) {
      GatewayFixture.get(there.sessions.ask(user("ann")));
    }

    await("followed").atMost(EFFECTIVE).until(() -> refused(node, token, Map.of()) == REVOKED);
  }

  private void revoke(String user, String token) {
    GatewayFixture.get(
        node.sessions.ask(new Revoke(node.service, node.tenant, user, token, now(), 0)));
  }

  /**
   * @param token which one, for ten minutes; none: all of the tenant
   */
  private void revokeUntil(String token, long second) {
    long end = token == null ? 0 : System.currentTimeMillis() + 600_000;
    GatewayFixture.get(
        node.sessions.ask(new Revoke(node.service, node.tenant, null, token, second, end)));
  }

  private static String digest(String token) {
    try {
      byte[] signed = token.substring(0, token.lastIndexOf('.')).getBytes(US_ASCII);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(signed);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Revoke user(String user) {
    return new Revoke(node.service, node.tenant, user, null, now(), 0);
  }

  private ErrorCode refusal(Revoke wish) {
    return refusal(node, wish);
  }

  private static ErrorCode refusal(GatewayFixture at, Revoke wish) {
    return assertThrows(HoldfastException.class, () -> GatewayFixture.get(at.sessions.ask(wish)))
        .code();
  }

  /** Another token of the same second differs by what it permits. */
  private String otherToken(String user) {
    return node.token(user, "request:" + Ids.fresh());
  }

  private static int refused(GatewayFixture at, String token, Map<String, ?> members) {
    ManualClient client = at.connect();
    GatewayFixture.sayHello(client, token, members);
    int code = client.awaitClose().code();
    client.close();
    return code;
  }

  private static boolean tryHello(GatewayFixture at, String user) {
    try (ManualClient client = at.connect()) {
      GatewayFixture.sayHello(client, at.token(user), Map.of());
      await().until(() -> !client.isOpen() || !client.frames().isEmpty());
      return client.frames().stream().anyMatch(f -> f.path("type").asText().equals("welcome"));
    }
  }

  private HttpResponse<String> get(String token, String path) {
    URI uri = URI.create("http://127.0.0.1:" + node.port() + path);
    try {
      return http.send(
          HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build(),
          BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isUp() {
    try {
      node.redis("PING");
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private long entries() {
    return node.redis("XLEN", Keys.revocations()).asLong();
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }
}
