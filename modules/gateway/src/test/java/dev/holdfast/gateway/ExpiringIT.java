package dev.holdfast.gateway;

import static dev.holdfast.gateway.GatewayFixture.AUTH;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections whose token ends. */
@ExtendWith(RedisExtension.class)
class ExpiringIT {
  private static final int EXPIRED = 4005;
  private static final Duration LIFE = Duration.ofSeconds(4);
  private static final Duration GRACE = Duration.ofSeconds(3);

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    var grace = GatewayConfig.DEFAULTS.withExpiryGrace(GRACE);
    node = new GatewayFixture(redis.uri(), "t" + Ids.fresh(), grace);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private String token(Duration life) {
    var caller = new Caller.User(node.tenant, "ann", Set.of(), Set.of());
    return new TokenSigner("gateway-test-secret-of-enough-bytes", AUTH).sign(caller, life);
  }

  private ObjectNode refreshed(ManualClient client) {
    String next = token(Duration.ofMinutes(5));
    return client.send("refresh", Map.of("id", "1", "token", next)).awaitAnswer("1");
  }

  @Test
  void aClientIsNotifiedOnceAndGoesOnWithTheNextToken() {
    ManualClient client = node.hello(token(LIFE), Map.of()).client();

    long left = client.await("expiring").get("in").asLong();
    assertTrue(left > 0 && left <= LIFE.toMillis() / 2, "half of what was left: " + left);
    ObjectNode answer = refreshed(client);

    long now = answer.get("data").get("expiresIn").asLong();
    assertTrue(now > 290_000 && now <= 300_000, answer.toString());
    await().during(Duration.ofSeconds(6)).atMost(Duration.ofSeconds(12)).until(client::isOpen);
    long notices =
        client.frames().stream().filter(f -> f.get("type").asText().equals("expiring")).count();
    assertEquals(1, notices);
  }

  @Test
  void withoutARefreshTheConnectionEndsAfterTheGraceAndTheSessionStays() {
    long begun = System.nanoTime();
    Welcomed ann = node.hello(token(LIFE), Map.of());

    ManualClient.Close end = ann.client().awaitClose();

    assertEquals(EXPIRED, end.code());
    // Tokens end at whole seconds, this one up to a second early.
    Duration least = LIFE.plus(GRACE).minusSeconds(1);
    assertTrue(System.nanoTime() - begun >= least.toNanos(), "in its grace");
    Welcomed again = node.hello(node.token("ann"), Map.of("resume", ann.session()));
    assertTrue(again.welcome().get("resumed").asBoolean());
  }

  @Test
  void aRefreshInTheGraceIsInTime() {
    ManualClient client = node.hello(token(LIFE), Map.of()).client();
    Duration left = Duration.ofMillis(client.await("expiring").get("in").asLong());
    await("its end").pollDelay(left.plusMillis(100)).until(client::isOpen);

    assertEquals("reply", refreshed(client).get("type").asText());

    await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(9)).until(client::isOpen);
  }
}
