package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What concerns a whole node. A tenant that gives its own users {@code *} gave them the node's
 * configuration, its peers and the numbers of all tenants with it.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorsIT {
  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri(), GatewayConfig.DEFAULTS);
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nodes", "config", "stats", "usage"})
  void noWildcardOpensIt(String what) {
    for (String held : new String[] {"*", what + ":*", what + ":r*", what + "*", "n*"}) {
      for (HttpCalls who : new HttpCalls[] {node.user("ann", held), service(held)}) {
        Reply refused = who.get("/v1/" + what);
        assertEquals(403, refused.status(), held + ": " + refused.body());
        assertTrue(refused.body().contains("needs " + what + ":read"), refused.body());
      }
    }
    assertEquals(200, node.user("ann", what + ":read").get("/v1/" + what).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nodes", "config", "stats", "usage"})
  void noOtherTenantsTokenOpensIt(String what) {
    String token = HttpFixture.tokenOf("other", "eve", "*", what + ":read");
    Reply refused = node.as(token).get("/v1/" + what);

    assertEquals(403, refused.status(), refused.body());
    assertTrue(refused.body().contains(what + ":read is for operators"), refused.body());
  }

  private HttpCalls service(String held) {
    return node.user("svc", "service:tools", held);
  }
}
