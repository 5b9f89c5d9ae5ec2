package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OwnAddressTest {
  @Test
  void theHostIsTheAddressOfThisMachineAmongThoseOfAName() {
    assertEquals("127.0.0.1", OwnAddress.of("127.0.0.1"));
    assertEquals("0.0.0.0", OwnAddress.of("0.0.0.0"));
    assertEquals("127.0.0.1", ClusterConfig.DEFAULTS.atOwnAddress().host());
  }

  @Test
  void aHostThatIsNotThisMachinesIsReported() {
    var foreign = assertThrows(JoinException.class, () -> OwnAddress.of("192.0.2.1"));

    assertTrue(foreign.getMessage().contains("none of which is this machine's"));
    assertThrows(JoinException.class, () -> OwnAddress.of("no-such-name.invalid"));
  }
}
