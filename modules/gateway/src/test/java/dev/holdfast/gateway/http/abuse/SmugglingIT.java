package dev.holdfast.gateway.http.abuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests whose end a proxy and the node could see in two places. They were answered, and the
 * connection went on: the rest of such a body would have been taken for the next user's request.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmugglingIT {
  private static final String HIDDEN = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String CHUNKS = "0\r\n\r\n";
  private static final String LAST = HIDDEN.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");

  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  static Stream<Arguments> unclear() {
    return Stream.of(
        unclear("a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        unclear("chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        unclear("chunks, then as it is", "Transfer-Encoding: chunked, identity\r\n"),
        unclear("as it is, then chunks", "Transfer-Encoding: identity, chunked\r\n"),
        unclear("a coding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        unclear("an unknown coding", "Transfer-Encoding: xchunked\r\n"),
        unclear("a length and a coding", "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"),
        unclear("a coding in two lines", "Transfer-Encoding:\r\n chunked\r\n"),
        unclear("a coding with a tab", "Transfer-Encoding: chunked\r\n\tidentity\r\n"),
        unclear("any header in two lines", "X-A: 1\r\n Transfer-Encoding: chunked\r\n"),
        unclear("a blank before the first", " X-A: 1\r\nContent-Length: 5\r\n"),
        unclear("two lengths", "Content-Length: 5\r\nContent-Length: 5\r\n"),
        unclear("a length with a sign", "Content-Length: +5\r\n"));
  }

  private static Arguments unclear(String what, String headers) {
    return Arguments.of(what, headers);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unclear")
  void aRequestWhoseEndIsUnclearIsRefusedAndEndsItsConnection(String what, String headers)
      throws Exception {
    String request = "POST /health/live HTTP/1.1\r\n" + headers + "Host: x\r\n\r\n" + CHUNKS;

    assertRefused(conversation(request + HIDDEN));
    String second = conversation(HIDDEN + request + HIDDEN);
    assertRefused(second.substring(second.indexOf("HTTP/1.1 ", 1)));
  }

  /** A proxy does not know it, and passes it on; here it was the length, and took what followed. */
  @ParameterizedTest
  @ValueSource(strings = {"Content-Xength: 38", "content-_ength: 38"})
  void aHeaderThatHasNearlyANameIsAnother(String header) throws Exception {
    String first = "POST /health/live HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";

    String answers = conversation(first + HIDDEN + LAST);

    assertEquals(4, answers.split("HTTP/1.1 ", -1).length, answers);
  }

  @Test
  void aCodingIsNotOfHttp10() throws Exception {
    assertRefused(
        conversation(
            "POST /health/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS + HIDDEN));
  }

  /** However the bytes come. */
  @Test
  void aLineThatGoesOnIsNoticedByteForByte() throws Exception {
    String request = "GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n";
    try (Socket socket = open()) {
      for (byte one : request.getBytes(StandardCharsets.ISO_8859_1)) {
        socket.getOutputStream().write(one);
        socket.getOutputStream().flush();
      }
      assertRefused(rest(socket));
    }
  }

  /** What the requests that follow each other on one connection are, is clear. */
  @Test
  void clearRequestsAreServedOneAfterTheOther() throws Exception {
    String chunked =
        "POST /health/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
            + "3\r\n\n a\r\n0\r\n\r\n";
    String sized = "POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\r\n b";
    String answers = conversation(chunked + sized + HIDDEN + LAST);

    assertEquals(5, answers.split("HTTP/1.1 ", -1).length, answers);
    assertEquals(3, answers.split("HTTP/1.1 405 ", -1).length, answers);
    assertEquals(3, answers.split("HTTP/1.1 200 ", -1).length, answers);
  }

  private static void assertRefused(String answer) {
    assertTrue(answer.matches("(?s)HTTP/1.[01] 400 .*"), answer);
    assertEquals(2, answer.split("HTTP/1.", -1).length, "answered again: " + answer);
    assertFalse(answer.contains("xception"), answer);
  }

  /** All that comes until the node ends the connection, as it should. */
  private String conversation(String bytes) throws IOException {
    try (Socket socket = open()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return rest(socket);
    }
  }

  private Socket open() throws IOException {
    Socket socket = new Socket("127.0.0.1", node.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }
}
