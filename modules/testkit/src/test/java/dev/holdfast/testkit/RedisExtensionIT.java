package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.testkit.machine.Waits;
import dev.holdfast.testkit.redis.RedisPing;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class RedisExtensionIT {
  @Test
  void testsShareOneServer(TestRedis redis) {
    assertSame(TestRedis.shared(), redis);
    Waits.until("it answers", () -> answers(redis));
  }

  @Test
  void theSharedServerCannotBeKilled(TestRedis redis) {
    assertThrows(IllegalStateException.class, redis::kill);
  }

  @Test
  void anOwnServerComesBackAtItsAddress(@OwnRedis TestRedis redis, TestRedis shared) {
    String uri = redis.uri();
    assertNotEquals(shared.uri(), uri);

    redis.kill();
    assertFalse(answers(redis));
    redis.start();

    assertEquals(uri, redis.uri());
    Waits.until("it answers", () -> answers(redis));
  }

  @Test
  void aPausedServerAnswersOnlyAfterItsResumption(@OwnRedis TestRedis redis) {
    redis.pause();
    assertFalse(answers(redis));
    redis.resume();
    Waits.until("it answers", () -> answers(redis));
  }

  private static boolean answers(TestRedis redis) {
    URI uri = URI.create(redis.uri());
    return RedisPing.answers(uri.getHost(), uri.getPort());
  }
}
