package dev.holdfast.redis.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AdviceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOAUTH Authentication required. | check user and password in redis.uri",
        "WRONGPASS invalid username-password pair or user is disabled. | check user and password",
        "ERR AUTH <password> called without any password configured for the default user. | check user",
        "NOPERM this user has no permissions to run the 'info' command | +@all -@admin -@dangerous +info",
        "redis: the server is a replica, not a primary | name its primary in redis.uri",
        "READONLY You can't write against a read only replica. | name its primary in redis.uri",
        "redis: the server is in cluster mode, and no cluster is configured | redis.cluster.addresses",
        "it is no server of a cluster | leave redis.cluster out",
      })
  void whatIsKnownComesWithWhatToDo(String problem, String advice) {
    String text = Advice.with(problem);
    assertTrue(text.startsWith(problem + " (") && text.contains(advice), text);
    assertTrue(Advice.of(problem).contains(advice));
  }

  @Test
  void whatIsNotKnownStaysAsItIs() {
    assertEquals(
        "Connection refused: /10.0.0.1:6379", Advice.with("Connection refused: /10.0.0.1:6379"));
    assertEquals("", Advice.of("Connection refused"));
  }

  /** The driver sends the password with the first command of a connection. */
  @Test
  void theWordsOfACommandThatIsNotKnownAreLeftOut() {
    String answer =
        "redis: ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `ann`, `hunter2`";
    assertEquals(
        "redis: it does not know a command that is needed (is it a Redis?)", Advice.with(answer));
  }

  static Stream<String> lines() {
    return Stream.of(
        Advice.unserved("5 7-9"),
        Advice.away("10.0.0.1:6379", "0-5460", ""),
        Advice.away("10.0.0.1:6379", "0-5460", "Connection refused"),
        Advice.away("10.0.0.1:6379", "0-5460", Advice.with("NOAUTH Authentication required.")),
        Advice.down("CLUSTERDOWN The cluster is down"),
        Advice.stuck(7, "MOVED 10.0.0.2:6379"),
        Advice.restless(20),
        Advice.oneShard("[10.0.0.1:6379]"),
        Advice.disagreement(2, "10.0.0.1:6379, 10.0.0.2:6379", "main"),
        Advice.unusable("10.0.0.1:6379", "Connection refused"),
        Advice.unusable("10.0.0.1:6379", "the server is a replica, not a primary"),
        Advice.full("10.0.0.1:6379", 97, 512));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void eachIsOneLineThatSaysWhatIsWrongAndThenWhatToDo(String line) {
    assertFalse(line.contains("\n") || line.contains("null") || line.contains("%d"), line);
    assertTrue(line.matches(".{10,} \\(.{20,}\\)"), line);
    assertEquals(line.replaceAll("[^(]", "").length(), line.replaceAll("[^)]", "").length(), line);
  }

  @Test
  void aServerThatIsNamedInItsReasonIsNotToBeStarted() {
    assertTrue(Advice.away("a:1", "0", "").contains("CLUSTER FAILOVER FORCE there"));
    assertFalse(Advice.away("a:1", "0", Advice.with("NOAUTH")).contains("start it"));
  }
}
