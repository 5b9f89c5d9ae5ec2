package dev.holdfast.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigViewTest {
  @TempDir Path folder;
  private static final String SECRET = "a-secret-of-more-than-32-bytes-in-all";
  private static final HoldfastConfig D = HoldfastConfig.DEFAULTS;

  @Test
  void showsTheKeysOfTheFileWithTheDefaults() {
    JsonObject view = new JsonObject(ConfigView.json(D));

    assertEquals(65_536, view.getJsonObject("gateway").getInteger("frameLimit"));
    assertEquals("2m", view.getJsonObject("sessions").getString("linger"));
  }

  /** It printed an empty mapping: nobody saw what a log keeps. */
  @Test
  void showsTheRetentionThatHoldsWhereNothingWasSaid() {
    var flagged = new ConfigReader(Map.of()).flag("channels.retention", "{topic: {entries: 5}}");

    for (HoldfastConfig config : List.of(D, flagged.read())) {
      JsonObject retention =
          new JsonObject(ConfigView.json(config))
              .getJsonObject("channels")
              .getJsonObject("retention");
      JsonObject least = retention.getJsonObject("default");
      assertEquals(10_000, least.getInteger("entries"));
      assertEquals(16 << 20, least.getInteger("bytes"));
      assertEquals("1d", least.getString("age"));
    }
  }

  @Test
  void isReadAsTheSameConfiguration() throws IOException {
    Path file = Files.writeString(folder.resolve("holdfast.yaml"), ConfigView.yaml(D));

    assertEquals(D, new ConfigReader(Map.of()).file(file).read());
  }

  @Test
  void isReadAsTheSameWhateverATextLooksLike() throws IOException {
    HoldfastConfig config =
        new ConfigReader(Map.of())
            .flag("node", "1e3")
            .flag("data", "a # b: c")
            .flag("cluster.name", "0x10")
            .flag("cluster.host", "::1")
            .flag("cluster.members", "[::1]:5701,127.0.0.1:5702")
            .flag("sessions.linger", "90500ms")
            .read();
    Path file = Files.writeString(folder.resolve("holdfast.yaml"), ConfigView.yaml(config));

    assertEquals(config, new ConfigReader(Map.of()).file(file).read(), Files.readString(file));
  }

  @Test
  void issuersAreReadInTheFormInWhichTheyAreShown() throws IOException {
    Path given =
        Files.writeString(
            folder.resolve("issuers.yaml"),
            """
            auth:
              issuers:
                - {preset: supabase, issuer: https://ref.supabase.co/auth/v1}
                - issuer: https://own.example
                  jwks: https://own.example/keys
                  algorithms: [eddsa, PS256]
                  tenants: [acme, other]
                  claims: {user: email, permissions: 'https://own\\.example/permissions'}
                  rolePermissions: {editor: ["publish:topic:*"]}
                  tenantRoles: {other: {editor: ["history:topic:*"]}}
            """);
    HoldfastConfig config = new ConfigReader(Map.of()).file(given).read();
    Path shown = Files.writeString(folder.resolve("shown.yaml"), ConfigView.yaml(config));

    assertEquals(config, new ConfigReader(Map.of()).file(shown).read(), Files.readString(shown));
    assertFalse(config.developmentKey());
  }

  @Test
  void showsWhereTheKeyOfAnAgentIsAndIsReadInThatForm() throws IOException {
    Path given =
        Files.writeString(
            folder.resolve("agents.yaml"),
            """
            runs:
              upstreams: [https://api.example, 'http://localhost:11434/v1']
              agents:
                chat: {kind: openai, url: https://api.example/v1, model: m, key: {env: LLM_KEY}}
                own: {kind: http, url: http://localhost:11434/v1/x, key: {file: /run/key}, idle: 5m}
                slow: {longest: 1h}
            """);
    HoldfastConfig config = new ConfigReader(Map.of()).file(given).read();
    JsonObject chat =
        new JsonObject(ConfigView.json(config))
            .getJsonObject("runs")
            .getJsonObject("agents")
            .getJsonObject("chat");
    assertEquals("LLM_KEY", chat.getJsonObject("key").getString("env"));
    Path shown = Files.writeString(folder.resolve("shown.yaml"), ConfigView.yaml(config));

    assertEquals(config, new ConfigReader(Map.of()).file(shown).read(), Files.readString(shown));
  }

  @Test
  void showsNoSecret() {
    RedisSettings r = D.redis();
    var redis =
        new RedisSettings(
            "redis://ann:hunter2@127.0.0.1:6379",
            r.sentinel(),
            r.cluster(),
            r.commandTimeout(),
            r.connectTimeout(),
            r.reconnectMin(),
            r.reconnectMax(),
            r.maxQueued(),
            r.reserve(),
            r.embeddedPort(),
            r.embeddedFsync(),
            r.embeddedPatience());
    AuthConfig auth = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(SECRET));
    var config =
        new HoldfastConfig(
            D.node(),
            D.data(),
            0,
            D.rebalance(),
            D.logLevel(),
            D.gateway(),
            redis,
            D.sessions(),
            D.channels(),
            D.lease(),
            auth,
            D.cluster(),
            D.files(),
            D.runs(),
            D.limits(),
            D.tenants());
    String view = ConfigView.json(config);
    assertFalse(view.contains(SECRET) || view.contains("hunter2"), view);
    assertEquals(
        "redis://***@127.0.0.1:6379", new JsonObject(view).getJsonObject("redis").getString("uri"));
  }
}
