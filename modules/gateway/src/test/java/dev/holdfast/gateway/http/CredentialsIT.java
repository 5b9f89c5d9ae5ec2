package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A service renews its credentials before they end, whatever its tenant's log takes. */
@ExtendWith(RedisExtension.class)
class CredentialsIT {
  @Test
  void aServiceHasThemThoughTheyCanNotBeNoted(@OwnRedis TestRedis redis) {
    try (var node = new HttpFixture(redis.uri())) {
      String robot = HttpFixture.SERVICES.clientToken("robot-client", List.of("a", "b"));
      redis.call("CONFIG", "SET", "maxmemory", "1");

      HttpCalls.Reply given = node.as(robot).post("/v1/credentials", "");

      assertEquals("line for robot", given.json().getString("credentials"), given.body());
      var failed = node.registry.get("holdfast.audit.entries").tag("outcome", "failed");
      assertEquals(1, failed.counter().count());
    }
  }
}
