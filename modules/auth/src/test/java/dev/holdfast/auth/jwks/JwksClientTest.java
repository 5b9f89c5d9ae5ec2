package dev.holdfast.auth.jwks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that answers otherwise than it should. */
class JwksClientTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static HttpServer server;

  @BeforeAll
  static void start() throws Exception {
    server =
        get(
            VERTX
                .createHttpServer()
                .requestHandler(request -> answer(request.path(), request.response()))
                .listen(0, "127.0.0.1"));
  }

  @AfterAll
  static void stop() throws Exception {
    get(VERTX.close());
  }

  private static void answer(String path, HttpServerResponse response) {
    switch (path) {
      case "/good" -> response.end("{\"keys\":[]}");
      case "/redirect" -> response.setStatusCode(302).putHeader("location", "/good").end();
      case "/huge" -> response.end("{\"keys\":\"" + "x".repeat(JwksClient.LONGEST) + "\"}");
      case "/cut" -> {
        response.putHeader("content-length", "100").write("{");
        response.reset();
      }
      case "/text" -> response.end("not json");
      case "/list" -> response.end("[]");
      case "/slow" -> {
        response.setChunked(true);
        VERTX.setPeriodic(200, tick -> response.write(" "));
      }
      default -> response.setStatusCode(404).end();
    }
  }

  @Test
  void aDocumentIsRead() throws Exception {
    assertTrue(get(client().get(uri("/good"))).containsKey("keys"));
  }

  /** A node without issuers dropped it; collected while Vert.x closed, it logged an error. */
  @Test
  void noHttpClientIsMadeBeforeOneIsNeeded() {
    var none =
        new VertxWrapper((VertxInternal) VERTX) {
          @Override
          public HttpClientAgent createHttpClient(HttpClientOptions options) {
            throw new IllegalStateException("made");
          }
        };
    var client = new JwksClient(none);
    assertThrows(IllegalStateException.class, () -> client.get(uri("/good")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/redirect", "/huge", "/cut", "/text", "/list", "/slow", "/none"})
  void whatIsNoDocumentFailsWithinItsTime(String path) {
    long begun = System.nanoTime();
    assertThrows(ExecutionException.class, () -> get(client().get(uri(path))));
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://id.example/keys",
        "ftp://id.example/keys",
        "https:///keys",
        "https://user:secret@id.example/keys",
        "file:///etc/passwd",
        "/keys",
        "http://127.0.0.1.evil.example/"
      })
  void anAddressThatIsNotSafeIsRefused(String address) {
    assertThrows(IllegalArgumentException.class, () -> JwksClient.checked(address));
  }

  @Test
  void httpsAndLoopbackAreTaken() {
    assertEquals("id.example", JwksClient.checked("https://id.example/keys").getHost());
    assertEquals(8080, JwksClient.checked("http://127.0.0.1:8080/keys").getPort());
  }

  private static JwksClient client() {
    return new JwksClient(VERTX);
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + path);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
