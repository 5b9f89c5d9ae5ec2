package dev.holdfast.app.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.ConfigReader;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.runs.config.AgentConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptedModelTest {
  private final HttpClient http = HttpClient.newHttpClient();

  private static ConfigReader settings() {
    return new ConfigReader(Map.of());
  }

  private static void refused(ConfigReader settings, String problem) {
    HoldfastConfig config = settings.read();
    var refusal = assertThrows(ConfigException.class, () -> ScriptedModel.start(config));
    assertTrue(refusal.getMessage().contains("--fake-llm: " + problem), refusal.getMessage());
  }

  @Test
  void itIsForDevelopmentOnly() {
    String key = "[{algorithm: HS256, secret: 'a secret of the tests, long enough for HS256'}]";
    refused(settings().flag("auth.keys", key), "only with the generated key");
    String secret = "a secret of the cluster's that is long enough";
    refused(
        settings().flag("cluster.host", "0.0.0.0").flag("cluster.secret", secret),
        "only on loopback, and cluster.host is 0.0.0.0");
  }

  @Test
  void anAgentOfItsNameStays() {
    refused(
        settings().flag("runs.agents.assistant", "{lease: 30s}"),
        "there is an agent of this name already: runs.agents.assistant");
  }

  @Test
  void theNodeHasItsAgentBesidesItsOwn() {
    HoldfastConfig given =
        settings()
            .flag("runs.agents.researcher", "{lease: 30s}")
            .flag("gateway.allowedOrigins", "https://app.example")
            .read();
    try (var model = ScriptedModel.start(given)) {
      HoldfastConfig config = model.addedTo(given);
      assertEquals(AgentConfig.Kind.OPENAI, config.runs().agents().get(ScriptedModel.AGENT).kind());
      assertTrue(config.runs().agents().containsKey("researcher"));
      assertTrue(config.gateway().allowedOrigins().contains("https://app.example"));
      assertTrue(config.gateway().allowedOrigins().contains(ScriptedModel.PAGES));
    }
  }

  @Test
  void onlyWhoKnowsItsAddressIsAnswered() throws Exception {
    HoldfastConfig given = settings().read();
    try (var model = ScriptedModel.start(given)) {
      URI api = model.addedTo(given).runs().agents().get(ScriptedModel.AGENT).address();
      URI chat = URI.create(api + "/chat/completions");
      String question = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
      HttpResponse<Stream<String>> answer = ask(chat, question);
      assertEquals(200, answer.statusCode());
      try (Stream<String> lines = answer.body()) {
        String first = lines.findFirst().orElseThrow();
        assertTrue(first.startsWith("data: {"), first);
      }
      assertEquals(400, ask(chat, "no JSON").statusCode());
      assertEquals(404, ask(api.resolve("/v1/chat/completions"), question).statusCode());
    }
  }

  private HttpResponse<Stream<String>> ask(URI address, String body)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(address).POST(BodyPublishers.ofString(body)).build();
    return http.send(request, BodyHandlers.ofLines());
  }
}
