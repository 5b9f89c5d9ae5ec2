package dev.holdfast.sessions.service;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.store.SessionsConfig;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionMessagesTest {
  private static final Caller.User ANN =
      new Caller.User("acme", "ann", Set.of("r"), Set.of("publish:topic:*"));

  @Test
  void attributesHaveBounds() {
    assertRefused(Map.of("", "v"));
    assertRefused(Map.of("k".repeat(65), "v"));
    assertRefused(Map.of("k", "v".repeat(4_097)));
    assertRefused(
        java.util.stream.IntStream.range(0, 65)
            .boxed()
            .collect(java.util.stream.Collectors.toMap(i -> "k" + i, i -> "v")));
    assertRefused(Collections.singletonMap("k", null));
  }

  /** 500 sessions of one user took 384 MB of Redis. */
  @Test
  void attributesTakeNoMoreThanAFrameTogether() {
    Map<String, String> most = new HashMap<>();
    for (int i = 0; i < 16; i++) {
      most.put("k" + (char) ('a' + i), "v".repeat(4_094));
    }
    new SessionMessage.SetAttributes(ANN, "acme", "s1", 0, most);
    most.put("ka", "é" + "v".repeat(4_093));
    assertRefused(most);
  }

  @Test
  void configurationNamesAllItsProblemsAtOnce() {
    var problem =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new SessionsConfig(
                    Duration.ofDays(1),
                    Map.of("bad name", Duration.ofSeconds(1)),
                    Duration.ofHours(24),
                    257));

    assertTrue(problem.getMessage().contains("linger: "), problem.getMessage());
    assertTrue(problem.getMessage().contains("bad name"), problem.getMessage());
    assertTrue(problem.getMessage().contains("channels: 1 to 256"), problem.getMessage());
  }

  @Test
  void aMemberIsGoneOnlyAtASecondLook() {
    var patient = new OrphanCandidates(60_000);
    assertFalse(patient.isGone("i", "m"));
    assertFalse(patient.isGone("i", "m"), "too soon: it may be on its way");
    var hasty = new OrphanCandidates(0);
    assertFalse(hasty.isGone("i", "m"));
    assertFalse(hasty.isGone("j", "m"));
    assertTrue(hasty.isGone("i", "m"));
  }

  private static void assertRefused(Map<String, String> attributes) {
    assertThrows(
        HoldfastException.class,
        () -> new SessionMessage.SetAttributes(ANN, "acme", "s1", 0, attributes));
  }
}
