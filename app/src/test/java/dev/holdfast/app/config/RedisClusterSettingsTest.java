package dev.holdfast.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of a Redis Cluster, as a node reads and shows them. */
class RedisClusterSettingsTest {
  private static final String ADDRESSES = "HOLDFAST_REDIS_CLUSTER_ADDRESSES";

  private final Map<String, String> environment =
      new HashMap<>(Map.of(ADDRESSES, "r1,r2:7000,[::1]:7001"));

  private HoldfastConfig read() {
    return new ConfigReader(environment).read();
  }

  private String problems() {
    return String.valueOf(assertThrows(ConfigException.class, this::read).getMessage());
  }

  @Test
  void areReadFromTheEnvironment() {
    HoldfastConfig config = read();

    assertFalse(config.redis().embedded());
    assertNull(config.redis().uri());
    assertEquals(
        "Redis Cluster, by [r1, r2:7000, [::1]:7001]", config.redis().elsewhere().description());
    assertEquals(
        "{\"addresses\":[\"r1\",\"r2:7000\",\"[::1]:7001\"]}",
        new JsonObject(ConfigView.json(config))
            .getJsonObject("redis")
            .getJsonObject("cluster")
            .encode());
  }

  @Test
  void sayWhatIsWrong() {
    environment.put(ADDRESSES, "r1,r1:6379");
    assertTrue(problems().contains("addresses: each server once"), problems());
    environment.put(ADDRESSES, "r1:70000");
    assertTrue(problems().contains("addresses: r1:70000: port: 1 to 65535"), problems());
  }

  @Test
  void goWithNeitherSentinelsNorADatabase() {
    environment.put("HOLDFAST_REDIS_URI", "redis://redis/2");
    environment.put("HOLDFAST_REDIS_SENTINEL_ADDRESSES", "s1");
    environment.put("HOLDFAST_REDIS_SENTINEL_MASTER", "main");
    String message = problems();
    assertTrue(message.contains("cluster: not with sentinel"), message);
    assertTrue(message.contains("cluster: it has no databases"), message);
  }
}
