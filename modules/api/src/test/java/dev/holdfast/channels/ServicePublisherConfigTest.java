package dev.holdfast.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServicePublisherConfigTest {
  private static final Duration REQUEST = Duration.ofSeconds(2);

  /**
   * A publisher that sent again for longer found its numbers forgotten, began at 1 again, and what
   * had been stored without an answer was stored twice.
   */
  @Test
  void refusesByNameToSendAgainForLongerThanTheStoreRemembers() {
    for (Duration tooLong : new Duration[] {Duration.ofMinutes(31), Duration.ofDays(999_999_999)}) {
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> new ServicePublisherConfig(REQUEST, tooLong, 0));
      assertTrue(
          refused.getMessage().startsWith("deliveryTimeout: at most 30 minutes"),
          refused.getMessage());
    }
  }

  @Test
  void takesTheLongestThatIsSafe() {
    Duration most = ServicePublisherConfig.MAX_DELIVERY_TIMEOUT;

    assertEquals(most, new ServicePublisherConfig(REQUEST, most, 0).deliveryTimeout());
  }
}
