package dev.holdfast.redis.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentinelConfigTest {
  private static final ServerAddress ONE = ServerAddress.parse("s1.example");

  @ParameterizedTest
  @CsvSource({
    "s1, s1:26379",
    "10.0.0.7:5000, 10.0.0.7:5000",
    "[::1], [::1]:26379",
    "[fd00::7]:5000, [fd00::7]:5000",
    "redis-0.redis.holdfast.svc:26379, redis-0.redis.holdfast.svc:26379"
  })
  void readsAddresses(String text, String expected) {
    assertEquals(expected, ServerAddress.parse(text).toString());
    assertEquals(expected, ServerAddress.parse(expected).toString());
  }

  /** The driver would go to localhost if a URI has no host that it understands. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:b",
        "s1:0",
        "s1:65536",
        "redis://s1",
        "user:secret@s1",
        "::1",
        "my_host:1",
        "a/b",
        "[x]:1"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThrows(IllegalArgumentException.class, () -> ServerAddress.parse(text));
  }

  @Test
  void namesEveryProblemAtOnce() {
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SentinelConfig(List.of(ONE, ONE), "my master", "sam", null, false));

    for (String name : List.of("addresses: each", "master: needed", "secret: needed with user")) {
      assertTrue(failure.getMessage().contains(name), failure.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> SentinelConfig.of("main", List.of()));
  }

  @Test
  void hidesItsPasswordAndGivesItToTheDriverWhole() {
    var config = SentinelConfig.of("main", List.of(ONE)).withCredentials("sam", "p @:/%+");

    assertEquals("redis://sam:p%20%40%3A%2F%25%2B@s1.example:26379", config.uri(ONE));
    assertFalse(config.toString().contains("p @"), config.toString());
    assertFalse(config.description().contains("p @"), config.description());
    assertEquals("redis://s1.example:26379", SentinelConfig.of("main", List.of(ONE)).uri(ONE));
  }
}
