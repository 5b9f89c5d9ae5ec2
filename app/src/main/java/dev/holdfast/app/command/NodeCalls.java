package dev.holdfast.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
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

  /** Much longer than a node is silent within an answer. */
  private static final Duration SILENCE = Duration.ofMinutes(2);

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
    HttpResponse<String> answer = send(request(method, path, query, sent), BodyHandlers.ofString());
    JsonNode read = read(answer.body());
    if (answer.statusCode() != OK || read.isMissingNode()) {
      throw refused(answer.statusCode(), read);
    }
    return read;
  }

  /**
   * Opens an answer that is read as it comes, for as long as that takes; a read fails if nothing
   * came for two minutes. To be closed.
   *
   * @throws CallException if there is no good answer
   */
  public InputStream open(String path, Map<String, @Nullable String> query) {
    return open(path, query, SILENCE);
  }

  InputStream open(String path, Map<String, @Nullable String> query, Duration silence) {
    HttpResponse<InputStream> answer =
        send(request("GET", path, query, BodyPublishers.noBody()), BodyHandlers.ofInputStream());
    if (answer.statusCode() == OK) {
      return new WatchedStream(answer.body(), silence);
    }
    try (InputStream body = answer.body()) {
      throw refused(
          answer.statusCode(), read(new String(body.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new CallException(base + ": not reached: " + e, e);
    }
  }

  private HttpRequest request(
      String method, String path, Map<String, @Nullable String> query, BodyPublisher body) {
    return HttpRequest.newBuilder(base.resolve(path + encoded(query)))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + tokens.get())
        .header("Content-Type", "application/json")
        .method(method, body)
        .build();
  }

  private CallException refused(int status, JsonNode problem) {
    String why = problem.path("detail").asText("no reason given");
    return new CallException(base + ": " + status + ", " + why);
  }

  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) {
    try {
      return Shared.CLIENT.send(request, body);
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
