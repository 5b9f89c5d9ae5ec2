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

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    var grace = GatewayConfig.DEFAULTS.withExpiryGrace(Duration.ofSeconds(3));
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
  void aClientIsToldOnceAndGoesOnWithTheNextToken() {
    ManualClient client = node.hello(token(Duration.ofSeconds(3)), Map.of()).client();

    long left = client.await("expiring").get("in").asLong();
    assertTrue(left > 0 && left <= 1_500, "half of what was left: " + left);
    ObjectNode answer = refreshed(client);

    long now = answer.get("data").get("expiresIn").asLong();
    assertTrue(now > 290_000 && now <= 300_000, answer.toString());
    await().during(Duration.ofSeconds(6)).atMost(Duration.ofSeconds(12)).until(client::isOpen);
    long told =
        client.frames().stream().filter(f -> f.get("type").asText().equals("expiring")).count();
    assertEquals(1, told);
  }

  @Test
  void withoutARefreshTheConnectionEndsAfterTheGraceAndTheSessionStays() {
    Welcomed ann = node.hello(token(Duration.ofSeconds(2)), Map.of());
    long begun = System.nanoTime();

    ManualClient.Close end = ann.client().awaitClose();

    assertEquals(EXPIRED, end.code());
    assertTrue(System.nanoTime() - begun > Duration.ofMillis(3_900).toNanos(), "in its grace");
    Welcomed again = node.hello(node.token("ann"), Map.of("resume", ann.session()));
    assertTrue(again.welcome().get("resumed").asBoolean());
  }

  @Test
  void aRefreshInTheGraceIsInTime() {
    ManualClient client = node.hello(token(Duration.ofSeconds(1)), Map.of()).client();
    client.await(f -> f.path("type").asText().equals("expiring"), "the word");
    await("its end").pollDelay(Duration.ofMillis(1_200)).until(client::isOpen);

    assertEquals("reply", refreshed(client).get("type").asText());

    await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(9)).until(client::isOpen);
  }
}
