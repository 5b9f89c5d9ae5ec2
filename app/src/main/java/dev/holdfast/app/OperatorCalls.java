package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.node.Keys;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import dev.holdfast.gateway.GatewayConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How commands for operators ask a node: its address, and a token that it accepts. */
final class OperatorCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int OK = 200;

  /** Of a token that is signed here; each command takes some of them. */
  private static final Set<String> PERMISSIONS =
      Set.of("limits:read", "limits:write", "usage:read", "usage:erase");

  @Mixin private ConfigOptions options;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Where a node answers operators; default http://127.0.0.1 at gateway.management.port, or"
              + " else at gateway.port.")
  private URI url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "An operator's; better by $HOLDFAST_TOKEN, as all users of a machine read command lines."
              + " Default: one signed with the development key or the configured HS256 key.")
  private String token = System.getenv("HOLDFAST_TOKEN");

  /** As the other, without a body. */
  JsonNode call(String method, String path, Map<String, String> query) throws IOException {
    return call(method, path, query, null);
  }

  /**
   * @param query names and values; null values are left out
   * @param body null: none
   * @throws IOException where there is no good answer; its message is for people
   */
  JsonNode call(String method, String path, Map<String, String> query, JsonNode body)
      throws IOException {
    HoldfastConfig config = options.reader().read();
    URI base = url == null ? here(config.gateway()) : url;
    BodyPublisher sent =
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString());
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path + encoded(query)))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token(config))
            .header("Content-Type", "application/json")
            .method(method, sent)
            .build();
    HttpResponse<String> answer = send(request, base);
    JsonNode read = answer.body().isBlank() ? JSON.nullNode() : JSON.readTree(answer.body());
    if (answer.statusCode() != OK) {
      String why = read.path("detail").asText("no reason given");
      throw new IOException(base + ": " + answer.statusCode() + ", " + why);
    }
    return read;
  }

  private static HttpResponse<String> send(HttpRequest request, URI base) throws IOException {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(base + ": interrupted", e);
    } catch (IOException e) {
      throw new IOException(base + ": not reached: " + e, e);
    }
  }

  private static URI here(GatewayConfig gateway) {
    boolean apart = gateway.managesApart();
    int own = gateway.management().port();
    String scheme = apart || gateway.tls() == null ? "http" : "https";
    return URI.create(scheme + "://127.0.0.1:" + (own == 0 ? gateway.port() : own));
  }

  private String token(HoldfastConfig config) {
    if (token != null) {
      return token;
    }
    String operators = config.gateway().operatorTenant();
    if (operators == null) {
      throw new ConfigException(
          List.of("gateway.operatorTenant: names nobody, so no token is an operator's"));
    }
    var caller = new Caller.User(operators, "operator", Set.of(), PERMISSIONS);
    return new TokenSigner(Keys.signing(config), config.auth()).sign(caller, TOKEN_LIFE);
  }

  private static String encoded(Map<String, String> query) {
    var text = new StringJoiner("&", "?", "");
    text.setEmptyValue("");
    query.forEach(
        (name, value) -> {
          if (value != null) {
            text.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
          }
        });
    return text.toString();
  }
}
