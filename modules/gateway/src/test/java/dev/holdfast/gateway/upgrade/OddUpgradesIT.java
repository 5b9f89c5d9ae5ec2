package dev.holdfast.gateway.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Upgrades that no client library sends. What was spelled in another way was answered 101, and then
 * failed: the socket belonged to no connection, so that nothing ever ended it.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddUpgradesIT {
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";
  private static final String OFFER = "Sec-WebSocket-Protocol: holdfast.v1\r\n";
  private static final String ENTRY = "Sec-WebSocket-Protocol: holdfast.bearer.b\r\n";
  private static final String BEARER = "Authorization: Bearer a\r\n";

  private GatewayFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/connect/",
        "/v1/connect//",
        "/v1//connect",
        "//v1/connect",
        "/v1/./connect",
        "/v1/x/../connect",
        "/v1/%63onnect",
        "/v1/connect%2f",
        "/%76%31/connect",
        "/v1/connect;a=b",
        "/v1/CONNECT",
        "/v1/events",
        "/health/live"
      })
  void nothingButTheOneAddressUpgrades(String path) {
    String answer = upgrade(path, KEY + VERSION + OFFER);

    assertFalse(answer.startsWith("http/1.1 101"), answer);
    assertEquals(0, node.directory.sockets());
    assertEquals(0, node.count("holdfast.http", "status", "500"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/connect", "/v1/connect?a=b", "http://other/v1/connect"})
  void theOneAddressIsCounted(String path) {
    assertTrue(upgrade(path, KEY + VERSION + OFFER).startsWith("http/1.1 101"), path);
    node.awaitNobody();
    assertTrue(node.count("holdfast.closes", "code", "client") > 0);
  }

  static Stream<Arguments> wrongHeaders() {
    return Stream.of(
        Arguments.of("no key", 400, VERSION + OFFER),
        Arguments.of("a short key", 400, "Sec-WebSocket-Key: YQ==\r\n" + VERSION + OFFER),
        Arguments.of("an empty key", 400, "Sec-WebSocket-Key:\r\n" + VERSION + OFFER),
        Arguments.of("no Base64", 400, KEY.replace("dG", "d ") + VERSION + OFFER),
        Arguments.of("two keys", 400, KEY + KEY + VERSION + OFFER),
        Arguments.of("no version", 426, KEY + OFFER),
        Arguments.of("an old version", 426, KEY + "Sec-WebSocket-Version: 8\r\n" + OFFER),
        Arguments.of("two versions", 426, KEY + VERSION + VERSION + OFFER),
        Arguments.of("two tokens", 400, KEY + VERSION + OFFER + BEARER + BEARER),
        Arguments.of("two entries", 400, KEY + VERSION + OFFER + ENTRY + ENTRY),
        Arguments.of("a token and an entry", 400, KEY + VERSION + OFFER + BEARER + ENTRY),
        Arguments.of(
            "another scheme first", 400, KEY + VERSION + OFFER + "Authorization: x\r\n" + BEARER),
        Arguments.of("a body", 400, KEY + VERSION + OFFER + "Content-Length: 1\r\n"),
        Arguments.of("chunks", 400, KEY + VERSION + OFFER + "Transfer-Encoding: chunked\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongHeaders")
  void anUpgradeThatIsNotClearIsRefused(String what, int status, String headers) {
    String answer = upgrade("/v1/connect", headers);

    assertTrue(answer.startsWith("http/1.1 " + status), answer);
    assertTrue(answer.contains("application/problem+json"), answer);
    assertEquals(status == 426, answer.contains("sec-websocket-version: 13"), answer);
    assertEquals(0, node.directory.sockets());
  }

  /** The head of the answer, or what there is of it when the node has ended the connection. */
  private String upgrade(String path, String headers) {
    String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n";
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout(10_000);
      String request = head + "Upgrade: websocket\r\n" + headers + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        int next = socket.getInputStream().read();
        if (next < 0) {
          break;
        }
        answer.append((char) next);
      }
      return answer.toString().toLowerCase(Locale.ROOT);
    } catch (SocketTimeoutException silent) {
      return "silence";
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
