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
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** Of what has to be answered, by a machine that may be busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /** 0 if there is no answer. */
  public int status(URI uri) {
    try {
      return get(uri, TIMEOUT).statusCode();
    } catch (IOException noAnswer) {
      return 0;
    }
  }

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
