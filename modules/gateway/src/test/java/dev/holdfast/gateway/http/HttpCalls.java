package dev.holdfast.gateway.http;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls of one caller, blocking. Every answer is held against the document: its status, its type,
 * its schema.
 */
public final class HttpCalls {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final HttpFixture node;
  private final String token;
  private final Map<String, String> headers = new HashMap<>();

  /** What came back. */
  public record Reply(int status, java.net.http.HttpHeaders headers, String body) {
    public JsonObject json() {
      return new JsonObject(body);
    }

    public String code() {
      return json().getString("code");
    }

    public String header(String name) {
      return headers.firstValue(name).orElse(null);
    }
  }

  public HttpCalls(HttpFixture node, String token) {
    this.node = node;
    this.token = token;
  }

  public HttpCalls with(String header, String value) {
    HttpCalls calls = new HttpCalls(node, token);
    calls.headers.putAll(headers);
    calls.headers.put(header, value);
    return calls;
  }

  /** The header, unless it is given already. */
  public HttpCalls orElse(String header, String value) {
    return headers.containsKey(header) ? this : with(header, value);
  }

  public Reply get(String path) {
    return call("GET", path, BodyPublishers.noBody());
  }

  public Reply delete(String path) {
    return call("DELETE", path, BodyPublishers.noBody());
  }

  public Reply put(String path, String json) {
    return with("content-type", "application/json").call("PUT", path, text(json));
  }

  public Reply post(String path, String json) {
    return with("content-type", "application/json").call("POST", path, text(json));
  }

  /** One publication to a channel. */
  public Reply publish(String channel, String event, String data) {
    return post("/v1/publish", publication(channel, event, data));
  }

  public static String publication(String channel, String event, String data) {
    return "{\"publications\":[{\"channel\":\"%s\",\"event\":\"%s\",\"data\":%s}]}"
        .formatted(channel, event, data);
  }

  public Reply send(String method, String path, byte[] body) {
    return call(method, path, BodyPublishers.ofByteArray(body));
  }

  private static BodyPublisher text(String text) {
    return BodyPublishers.ofString(text, StandardCharsets.UTF_8);
  }

  public Reply call(String method, String path, BodyPublisher body) {
    Reply reply = unchecked(method, path, body);
    ContractCheck.check(method, path, reply);
    return reply;
  }

  /** Of what the document does not speak. */
  public Reply unchecked(String method, String path) {
    return unchecked(method, path, BodyPublishers.noBody());
  }

  private Reply unchecked(String method, String path, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(node.uri(path)).timeout(Duration.ofSeconds(20)).method(method, body);
    headers.forEach(request::setHeader);
    if (token != null) {
      request.setHeader("authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> response = send(request.build());
      return new Reply(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new IllegalStateException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The client's own timeout ends with the headers; a stream would never end. */
  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return CLIENT.sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e);
    }
  }
}
