package dev.holdfast.runs.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.AgentConfig.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {
  private static final String URL = "https://api.example/v1";

  private static AgentConfig agent(Kind kind, String url, SecretRef key, String model) {
    return new AgentConfig(kind, url, key, model, null, null, 0, null, null, null, null, null, 0);
  }

  private static String problem(Runnable made) {
    return assertThrows(IllegalArgumentException.class, made::run).getMessage();
  }

  @Test
  void aKindHasWhatItNeedsAndNothingElse() {
    SecretRef key = new SecretRef("KEY", null);
    assertEquals(
        "agent: url: needed for the kind openai; model: needed for the kind openai",
        problem(() -> agent(Kind.OPENAI, null, null, null)));
    assertEquals(
        "agent: model: not for the kind http", problem(() -> agent(Kind.HTTP, URL, key, "m")));
    assertEquals(
        "agent: url: not for the kind worker; key: not for the kind worker",
        problem(() -> agent(null, URL, key, null)));
    assertEquals(32, agent(Kind.HTTP, URL, key, null).concurrency());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://x/y",
        "https://",
        "/v1",
        "https://u:sk-secret@x/v1",
        "https://x/v1?key=sk-secret",
        "https://x/v1#sk-secret",
        "https://x/a/../b",
        "https://x/%2e%2e/b",
        "sk-secret in words"
      })
  void anAddressIsPlainAndWhatItHoldsIsNotQuoted(String url) {
    String problem = problem(() -> agent(Kind.HTTP, url, null, null));
    assertTrue(problem.startsWith("agent: url: "), problem);
    assertFalse(problem.contains("secret"), problem);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example, https://a.example/v1, true",
    "https://a.example/, https://A.EXAMPLE:443/v1, true",
    "https://a.example/v1, https://a.example/v1, true",
    "https://a.example/v1/, https://a.example/v1, true",
    "https://a.example/v1, https://a.example/v1/x, true",
    "https://a.example/v1, https://a.example/v10, false",
    "https://a.example/v1, https://a.example/, false",
    "https://a.example, http://a.example/v1, false",
    "https://a.example, https://a.example.evil/v1, false",
    "https://a.example, https://a.example:8443/v1, false"
  })
  void aPrefixCoversWhatIsBelowIt(String prefix, String url, boolean covers) {
    assertEquals(covers, UpstreamPrefix.parse(prefix).covers(URI.create(url)));
  }

  @Test
  void anAgentIsUnderAnUpstream() {
    Map<String, AgentConfig> agents = Map.of("chat", agent(Kind.HTTP, URL, null, null));
    var upstreams = List.of(UpstreamPrefix.parse("https://other.example"));
    assertEquals(
        "runs: agents.chat.url: not under any of runs.upstreams",
        problem(() -> TestConfig.with(Map.of("agents", agents, "upstreams", upstreams))));
  }

  @Test
  void aSecretIsReadWhereItIsAndNeverQuoted(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "sk-1\n");
    assertEquals("sk-1", new SecretRef(null, file).read(name -> null));
    assertEquals("sk-2", new SecretRef("KEY", null).read(Map.of("KEY", " sk-2 ")::get));
    assertEquals(
        "variable KEY: not set", problem(() -> new SecretRef("KEY", null).read(name -> null)));
    String broken =
        problem(() -> new SecretRef("KEY", null).read(Map.of("KEY", "sk-\nsecret")::get));
    assertFalse(broken.contains("secret"), broken);
    problem(() -> new SecretRef("KEY", null).read(Map.of("KEY", " ")::get));
    problem(() -> new SecretRef(null, folder.resolve("none")).read(name -> null));
    problem(() -> new SecretRef("KEY", file));
    problem(() -> new SecretRef(null, null));
  }
}
