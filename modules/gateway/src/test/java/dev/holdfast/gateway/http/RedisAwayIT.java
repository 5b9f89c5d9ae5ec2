package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The store goes away under the API. */
@ExtendWith(RedisExtension.class)
class RedisAwayIT {
  private static final String CHANNEL = "topic:away";

  @Test
  void whatCanBeTriedAgainIsSaidToBeAndIsStoredOnce(@OwnRedis TestRedis redis) {
    try (HttpFixture node = new HttpFixture(redis.uri())) {
      HttpCalls service = node.service();
      HttpCalls keyed = service.with("idempotency-key", "k");
      keyed.publish(CHANNEL, "note", "1");
      redis.kill();

      Reply away = keyed.publish(CHANNEL, "note", "1");
      assertTrue(away.status() == 503 || away.status() == 504, away.body());
      assertTrue(away.json().getBoolean("retryable"));
      assertEquals(true, service.get("/v1/channels/" + CHANNEL).json().getBoolean("retryable"));
      assertEquals(true, service.get("/v1/sessions/s").json().getBoolean("retryable"));

      redis.start();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> keyed.publish(CHANNEL, "note", "1").status() == 200);
      // Pages are read over a link of their own, which may come back later.
      String publications = "/v1/channels/" + CHANNEL + "/publications";
      await().until(() -> service.get(publications).status() == 200);
      Reply history = service.get(publications);
      assertEquals(1, history.json().getJsonArray("publications").size());
    }
  }
}
