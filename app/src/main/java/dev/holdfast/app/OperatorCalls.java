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
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
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
  private static final int TIMEOUT_MS = 20_000;

  @Mixin private ConfigOptions options;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "A node, at the port of its operators; default http://127.0.0.1 at gateway.management.port, or else at gateway.port.")
  private URI url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "An operator's, with usage:read or usage:erase; also by $HOLDFAST_TOKEN. Default: one signed with the development key or the configured HS256 key.")
  private String token = System.getenv("HOLDFAST_TOKEN");

  /**
   * @param query names and values; null values are left out
   * @throws IOException where there is no good answer; its message is for people
   */
  JsonNode call(String method, String path, Map<String, String> query) throws IOException {
    HoldfastConfig config = options.reader().read();
    URI base = url == null ? here(config.gateway()) : url;
    URI address = base.resolve(path + encoded(query));
    var connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    connection.setRequestProperty("Authorization", "Bearer " + token(config));
    boolean good = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    try (InputStream body = good ? connection.getInputStream() : connection.getErrorStream()) {
      JsonNode answer = body == null ? JSON.nullNode() : JSON.readTree(body);
      if (!good) {
        String detail = answer.path("detail").asText("no reason given");
        throw new IOException(base + ": " + connection.getResponseCode() + ", " + detail);
      }
      return answer;
    }
  }

  private static URI here(GatewayConfig gateway) {
    int apart = gateway.management().port();
    return URI.create("http://127.0.0.1:" + (apart == 0 ? gateway.port() : apart));
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
    var caller =
        new Caller.User(operators, "operator", Set.of(), Set.of("usage:read", "usage:erase"));
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
