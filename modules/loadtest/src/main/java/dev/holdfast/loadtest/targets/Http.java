package dev.holdfast.loadtest.targets;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Questions to nodes. Any thread. */
public final class Http {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  private Http() {}

  /**
   * @param token none: without one
   */
  public static HttpResponse<String> get(URI node, String path, @Nullable String token)
      throws IOException, InterruptedException {
    return CLIENT.send(request(node, path, token), BodyHandlers.ofString());
  }

  /** The first line of a stream that has this in it; none: it ends without. */
  static @Nullable String line(URI node, String path, @Nullable String token, String part)
      throws IOException, InterruptedException {
    var answer = CLIENT.send(request(node, path, token), BodyHandlers.ofLines());
    try (Stream<String> lines = answer.body()) {
      return lines.filter(line -> line.contains(part)).findFirst().orElse(null);
    }
  }

  static CompletableFuture<HttpResponse<String>> ask(URI node, String path) {
    return CLIENT.sendAsync(request(node, path, null), BodyHandlers.ofString());
  }

  public static boolean ready(URI node) throws InterruptedException {
    try {
      return get(node, "/health/ready", null).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static HttpRequest request(URI node, String path, @Nullable String token) {
    var request = HttpRequest.newBuilder(node.resolve(path)).timeout(TIMEOUT);
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return request.build();
  }
}
