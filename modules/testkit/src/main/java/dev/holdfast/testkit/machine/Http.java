package dev.holdfast.testkit.machine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Plain GETs, blocking. */
public final class Http {
  /** The time for an answer that has to come, from a machine that may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  public String text(URI uri) {
    try {
      HttpResponse<String> response = get(uri, PATIENCE);
      if (response.statusCode() != 200) {
        throw new IllegalStateException(uri + ": " + response.statusCode());
      }
      return response.body();
    } catch (IOException e) {
      throw new IllegalStateException(uri.toString(), e);
    }
  }

  private static HttpResponse<String> get(URI uri, Duration patience) throws IOException {
    try {
      return CLIENT.send(
          HttpRequest.newBuilder(uri).timeout(patience).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
