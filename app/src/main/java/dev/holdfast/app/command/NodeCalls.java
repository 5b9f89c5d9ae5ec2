package dev.holdfast.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a node by HTTP, one call at a time. */
public final class NodeCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int OK = 200;

  /** One for all calls of a command, which may be thousands. */
  private static final class Shared {
    static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
  }

  private final URI base;
  private final Supplier<String> tokens;

  /**
   * @param tokens gives the token of each call, as calls may go on for longer than a token lives
   */
  public NodeCalls(URI base, Supplier<String> tokens) {
    this.base = base;
    this.tokens = tokens;
  }

  /**
   * @param query names and values; names without a value are left out
   * @param body JSON, if there is one
   * @throws CallException if there is no good answer
   */
  public JsonNode call(
      String method, String path, Map<String, @Nullable String> query, @Nullable JsonNode body) {
    BodyPublisher sent =
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString());
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path + encoded(query)))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + tokens.get())
            .header("Content-Type", "application/json")
            .method(method, sent)
            .build();
    HttpResponse<String> answer = send(request);
    JsonNode read = read(answer.body());
    if (answer.statusCode() != OK || read.isMissingNode()) {
      String why = read.path("detail").asText("no reason given");
      throw new CallException(base + ": " + answer.statusCode() + ", " + why);
    }
    return read;
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return Shared.CLIENT.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallException(base + ": interrupted", e);
    } catch (IOException e) {
      throw new CallException(base + ": not reached: " + e, e);
    }
  }

  /**
   * @return missing if it is not JSON, as the answer of something else at that address
   */
  private static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  /** Returns a text as a part of a path. */
  public static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String encoded(Map<String, @Nullable String> query) {
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

  @Override
  public String toString() {
    return base.toString();
  }
}
