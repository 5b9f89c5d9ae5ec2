package dev.holdfast.gateway.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose word is taken for an address. */
class ClientsTest {
  private final Clients clients = new Clients(List.of("10.0.0.0/8", "192.0.2.7", "fd00::/8"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.9 | 1.2.3.4            | 203.0.113.9", // no proxy: what it says is nothing
        "10.1.2.3    | 1.2.3.4            | 1.2.3.4",
        "10.1.2.3    | 9.9.9.9, 1.2.3.4   | 1.2.3.4", // the client wrote the first one itself
        "10.1.2.3    | 1.2.3.4, 10.0.0.5  | 1.2.3.4", // two proxies
        "10.1.2.3    | 1.2.3.4, 192.0.2.7 | 1.2.3.4",
        "10.1.2.3    | 10.0.0.1, 10.0.0.5 | 10.1.2.3",
        "10.1.2.3    | 1.2.3.4, unknown   | 10.1.2.3", // nobody's word beyond what can't be read
        "10.1.2.3    | ''                 | 10.1.2.3",
        "10.1.2.3    | ','                | 10.1.2.3",
        "10.1.2.3    | 2001:db8::1        | 2001:db8::1",
        "fd00::1     | 2001:db8::1        | 2001:db8::1"
      })
  void theLastThatIsNoProxyIsTheClient(String peer, String forwarded, String client) {
    assertEquals(client, clients.of(peer, List.of(forwarded)).address());
    assertEquals(!peer.startsWith("203"), clients.of(peer, List.of(forwarded)).proxied());
  }

  /** One whose leading bits are all set was in every IPv6 range of that length: CVE-2026-44249. */
  @ParameterizedTest
  @ValueSource(strings = {"ff02::1", "ffff::1", "fc00::1", "7d00::1", "2001:db8::1"})
  void anAddressBesideARangeIsNoProxy(String peer) {
    assertFalse(clients.isProxy(peer));
  }

  @Test
  void severalHeadersAreOne() {
    assertEquals("5.6.7.8", clients.of("10.0.0.1", List.of("1.2.3.4", "5.6.7.8")).address());
    assertEquals("10.0.0.1", clients.of("10.0.0.1", List.of()).address());
  }

  @Test
  void withoutProxiesNobodyIsOne() {
    Clients none = new Clients(List.of());
    assertFalse(none.isProxy("127.0.0.1"));
    assertEquals("127.0.0.1", none.of("127.0.0.1", List.of("1.2.3.4")).address());
  }

  /** A customer of IPv6 has 2^64 addresses. */
  @Test
  void ofIpv6TheNetworkCounts() {
    assertEquals(Clients.key("2001:db8:1:2:3::4"), Clients.key("2001:db8:1:2:ffff::1"));
    assertTrue(!Clients.key("2001:db8:1:2::1").equals(Clients.key("2001:db8:1:3::1")));
    assertEquals("1.2.3.4", Clients.key("1.2.3.4"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "proxy", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "::1/129", "/8"})
  void whatIsNoRangeIsNamed(String text) {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SocketLimits(0, 0, 1, 1, 1, List.of("10.0.0.1", text)));
    assertTrue(refused.getMessage().contains("proxies"), refused.getMessage());
  }
}
