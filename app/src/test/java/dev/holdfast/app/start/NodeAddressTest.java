package dev.holdfast.app.start;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.app.config.ConfigReader;
import dev.holdfast.app.config.HoldfastConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeAddressTest {
  private static final Map<String, String> KEY =
      Map.of(
          "HOLDFAST_AUTH_KEYS",
          "[{algorithm: HS256, secret: 'a secret for tests alone, of more than 32 bytes'}]");

  @Test
  void isWhatGatewaysListenAt() {
    assertEquals("127.0.0.1:8123", address(Map.of("HOLDFAST_GATEWAY_HOST", "127.0.0.1")));
  }

  @Test
  void isThatOfTheBusWhereGatewaysListenAtAll() {
    assertEquals("127.0.0.1:8123", address(Map.of("HOLDFAST_GATEWAY_HOST", "0.0.0.0")));
    assertEquals(
        "127.0.0.1:8123",
        address(Map.of("HOLDFAST_GATEWAY_HOST", "::", "HOLDFAST_CLUSTER_HOST", "localhost")));
  }

  @Test
  void isTheOneBehindATranslationOfAddresses() {
    assertEquals(
        "n1.example:8123",
        address(
            Map.of(
                "HOLDFAST_GATEWAY_HOST", "0.0.0.0", "HOLDFAST_CLUSTER_PUBLIC_HOST", "n1.example")));
  }

  private static String address(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(KEY);
    environment.putAll(variables);
    HoldfastConfig config = new ConfigReader(environment).flag("gateway.port", 8123).read();
    return NodeAddress.of(config).toString();
  }
}
