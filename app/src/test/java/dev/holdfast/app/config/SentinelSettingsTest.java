package dev.holdfast.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of sentinels, as a node reads and shows them. */
class SentinelSettingsTest {
  private static final String PREFIX = "HOLDFAST_REDIS_SENTINEL_";

  private final Map<String, String> environment =
      new HashMap<>(
          Map.of(
              "HOLDFAST_REDIS_URI",
              "redis://holdfast:hunter1@redis/2",
              PREFIX + "ADDRESSES",
              "s1,s2:26380,[::1]:26381",
              PREFIX + "MASTER",
              "main",
              PREFIX + "USER",
              "sam",
              PREFIX + "SECRET",
              "hunter2"));

  private HoldfastConfig read() {
    return new ConfigReader(environment).read();
  }

  private String problems() {
    return String.valueOf(assertThrows(ConfigException.class, this::read).getMessage());
  }

  @Test
  void areReadFromTheEnvironmentAndNameTheServer() {
    RedisSettings redis = read().redis();

    assertFalse(redis.embedded());
    assertEquals(
        "master main, by sentinels [s1:26379, s2:26380, [::1]:26381]",
        redis.elsewhere().description());
    environment.remove("HOLDFAST_REDIS_URI");
    assertFalse(read().redis().embedded());
  }

  @Test
  void areShownWithoutTheirPassword() {
    HoldfastConfig config = read();
    String view = ConfigView.json(config);

    assertFalse(view.contains("hunter"), view);
    assertFalse(config.redis().toString().contains("hunter"), config.redis().toString());
    assertEquals(
        new JsonObject()
            .put("addresses", List.of("s1:26379", "s2:26380", "[::1]:26381"))
            .put("master", "main")
            .put("user", "sam")
            .put("secret", "***")
            .put("tls", false)
            .encode(),
        new JsonObject(view).getJsonObject("redis").getJsonObject("sentinel").encode());
  }

  @Test
  void sayWhatTheyLack() {
    environment.put(PREFIX + "ADDRESSES", "s1,s1:26379");
    environment.put(PREFIX + "MASTER", "a master");
    environment.remove(PREFIX + "SECRET");
    String message = problems();
    assertTrue(message.contains("addresses: each sentinel once"), message);
    assertTrue(message.contains("master: needed"), message);
    assertTrue(message.contains("secret: needed with user"), message);

    environment.put(PREFIX + "ADDRESSES", "s1/x");
    message = problems();
    assertTrue(message.contains("redis.sentinel.addresses.0"), message);
    assertTrue(message.contains("host:port is needed"), message);
  }
}
