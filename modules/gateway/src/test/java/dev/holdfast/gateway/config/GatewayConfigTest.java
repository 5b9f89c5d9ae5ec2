package dev.holdfast.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {
  @Test
  void namesEveryProblemAtOnce() {
    Duration none = Duration.ZERO;
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                GatewayConfig.of(
                    " ", 70_000, Set.of("example.com"), 10, none, none, 0, none, 10, none));

    for (String name :
        new String[] {
          "host",
          "port",
          "origin: example.com",
          "frameLimit",
          "helloTimeout",
          "heartbeat",
          "publishRate",
          "slowLimit",
          "writeBuffer",
          "ackFlush"
        }) {
      assertTrue(refused.getMessage().contains(name), name);
    }
  }

  @Test
  void looksOftenEnoughForTheShortestLimit() {
    assertEquals(Duration.ofSeconds(1), GatewayConfig.DEFAULTS.tick());
  }

  @ParameterizedTest
  @CsvSource({"PT30S, 120000", "PT10S, 100000", "P300D, 2147483647"})
  void waitsForMovementFourTimesAsLongAsTheLongerLimit(Duration slowLimit, int millis) {
    GatewayConfig d = GatewayConfig.DEFAULTS;
    var config =
        GatewayConfig.of(
            d.host(),
            d.port(),
            d.allowedOrigins(),
            d.frameLimit(),
            d.helloTimeout(),
            d.heartbeat(),
            d.publishRate(),
            slowLimit,
            d.writeBuffer(),
            d.ackFlush());
    assertEquals(millis, config.idle());
  }
}
