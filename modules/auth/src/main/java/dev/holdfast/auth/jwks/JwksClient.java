package dev.holdfast.auth.jwks;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON document of an issuer. It takes 5 s and 256 KiB at most, and follows no redirect:
 * whoever answers has to be the one that was named. Any thread.
 */
public final class JwksClient {
  static final int LONGEST = 256 * 1024;

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int OK = 200;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Vertx vertx;
  private @Nullable HttpClient http;

  public JwksClient(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Checks the address of a key set.
   *
   * @throws IllegalArgumentException if it is not {@code https}, or {@code http} on loopback
   */
  public static URI checked(String address) {
    URI uri = URI.create(address);
    boolean safe =
        "https".equals(uri.getScheme())
            || "http".equals(uri.getScheme()) && LOOPBACK.contains(uri.getHost());
    if (uri.getHost() == null || !safe || uri.getUserInfo() != null) {
      throw new IllegalArgumentException("an https:// address, not " + address);
    }
    return uri;
  }

  /** Reads the document. The future may complete on any thread. */
  public Future<JsonObject> get(URI address) {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(address.toString())
            .setFollowRedirects(false)
            .putHeader("accept", "application/json");
    return http().request(options).compose(JwksClient::body).map(JwksClient::json);
  }

  /** Not before it is used: one that nobody holds is closed when it is collected, at any time. */
  private synchronized HttpClient http() {
    if (http == null) {
      http =
          vertx.createHttpClient(
              new HttpClientOptions()
                  .setConnectTimeout((int) PATIENCE.toMillis())
                  .setKeepAlive(false)
                  .setDecompressionSupported(false));
    }
    return http;
  }

  private static Future<Buffer> body(HttpClientRequest request) {
    Promise<Buffer> whole = Promise.promise();
    request.send().onSuccess(response -> read(response, whole)).onFailure(whole::tryFail);
    return whole
        .future()
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> request.reset());
  }

  private static void read(HttpClientResponse response, Promise<Buffer> whole) {
    response.exceptionHandler(whole::tryFail);
    if (response.statusCode() != OK) {
      whole.tryFail("answered " + response.statusCode());
      return;
    }
    Buffer body = Buffer.buffer();
    response.handler(
        piece -> {
          if (body.length() + piece.length() > LONGEST) {
            whole.tryFail("longer than " + LONGEST + " bytes");
          } else {
            body.appendBuffer(piece);
          }
        });
    response.endHandler(end -> whole.tryComplete(body));
  }

  private static JsonObject json(Buffer body) {
    try {
      return body.toJsonObject();
    } catch (DecodeException | ClassCastException e) {
      throw new IllegalArgumentException("not a JSON object");
    }
  }
}
