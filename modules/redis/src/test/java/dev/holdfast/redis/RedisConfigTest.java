package dev.holdfast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConfigTest {
  @Test
  void defaultsAreThoseThatAreDocumented() {
    var config = RedisConfig.of("redis://localhost");

    assertEquals(Duration.ofSeconds(2), config.commandTimeout());
    assertEquals(Duration.ofMillis(100), config.reconnectMin());
    assertEquals(Duration.ofSeconds(5), config.reconnectMax());
    assertEquals(20_000, config.maxQueued());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://localhost",
        "redis://localhost:6380/3",
        "rediss://:secret@redis.example.com:6380",
        "redis://user:p%40ss@10.0.0.1/15",
        "redis://[::1]:6379"
      })
  void takesStandaloneServersWithPasswordAndDatabase(String uri) {
    assertEquals(uri, RedisConfig.of(uri).uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost",
        "localhost:6379",
        "redis:///3",
        "redis://localhost/three",
        "redis://localhost?password=secret",
        "redis://:sec@ret@localhost",
        "redis://:sec ret@localhost",
        ""
      })
  void refusesWhatIsNoRedisUri(String uri) {
    var failure = assertThrows(IllegalArgumentException.class, () -> RedisConfig.of(uri));

    assertTrue(failure.getMessage().contains("uri"), failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:hunter2@localhost",
        "redis://bob:hunter2@localhost:6379/1",
        "rediss://:hunter2@localhost",
        "redis://:a@hunter2@localhost",
        "redis://:a/hunter2@localhost",
        "redis://:hunter2 @localhost",
        "redis:hunter2@localhost"
      })
  void aPasswordIsInNoTextOfOurs(String uri) {
    String text;
    try {
      text = RedisConfig.of(uri).toString();
    } catch (IllegalArgumentException refused) {
      text = refused.getMessage();
    }

    assertFalse(text.contains("hunter2"), text);
    assertTrue(text.contains("***@localhost"), text);
  }

  /** A problem with the address showed a password that was given as other libraries take it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://localhost?password=hunter2",
        "redis://localhost/0?db=1&password=hunter2",
        "redis://bob@localhost?password=hunter2",
        "redis://localhost#hunter2",
        "redis://localhost?a=\nhunter2",
        "localhost?hunter2"
      })
  void norIsOneOfAQuery(String uri) {
    var refused = assertThrows(IllegalArgumentException.class, () -> RedisConfig.of(uri));

    assertFalse(refused.getMessage().contains("hunter2"), refused.getMessage());
    assertTrue(refused.getMessage().contains("localhost"), refused.getMessage());
  }

  @Test
  void namesEveryProblemAtOnce() {
    var seconds = Duration.ofSeconds(1);
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new RedisConfig(
                    "nonsense", Duration.ZERO, seconds, seconds, seconds, 0, 51, null, null));

    for (String name : new String[] {"uri", "commandTimeout", "maxQueued", "reserve"}) {
      assertTrue(failure.getMessage().contains(name), failure.getMessage());
    }
  }

  @Test
  void theLongestBackOffIsNotShorterThanTheFirst() {
    var config = RedisConfig.of("redis://localhost");

    assertThrows(
        IllegalArgumentException.class,
        () -> config.withReconnect(Duration.ofSeconds(2), Duration.ofSeconds(1)));
  }
}
