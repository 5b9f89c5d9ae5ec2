package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client may send by mistake or by malice, after its hello. */
@ExtendWith(RedisExtension.class)
class BadInputIT {
  private static final String PING = "{\"type\":\"ping\"}";

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aBadFrameIsAnsweredWithTheMemberThatIsWrong() {
    ManualClient ann = node.hello("ann").client();
    ann.send("{\"type\":\"subscribe\",\"id\":\"1\",\"channel\":\"a b\"}");
    ObjectNode error = ann.awaitAnswer("1");

    assertEquals("bad_request", error.get("code").asText());
    assertEquals("channel: not a valid name", error.get("message").asText());
    assertFalse(error.get("retryable").asBoolean());
    assertTrue(ann.isOpen());
  }

  @Test
  void anUnknownTypeIsAnsweredAndForgiven() {
    ManualClient ann = node.hello("ann").client();
    for (int i = 0; i < 20; i++) {
      ann.send("{\"type\":\"later\",\"id\":\"" + i + "\"}");
      assertEquals("unknown_type", ann.awaitAnswer("" + i).get("code").asText());
    }
    assertTrue(ann.isOpen());
  }

  @Test
  void theTenthBadFrameWithinAMinuteClosesAsProtocol() {
    ManualClient ann = node.hello("ann").client();
    for (int i = 1; i < 10; i++) {
      ann.send("{\"type\":\"publish\",\"id\":\"" + i + "\"}");
      assertEquals("bad_request", ann.awaitAnswer("" + i).get("code").asText());
    }
    ann.send("{");

    assertEquals(4505, ann.awaitClose().code());
  }

  @Test
  void aBinaryFrameIsABadRequest() {
    RawSocket ann = new RawSocket(node, "ann");
    ann.frame(WebSocketFrame.binaryFrame(Buffer.buffer(PING), true));
    ann.await("bad_request");

    assertTrue(ann.isOpen());
  }

  @Test
  void textThatIsNotUtf8IsABadRequest() {
    RawSocket ann = new RawSocket(node, "ann");
    Buffer half = Buffer.buffer("{\"type\":\"ping\",\"x\":\"").appendByte((byte) 0xC3);
    ann.frame(WebSocketFrame.textFrame("", false));
    ann.frame(WebSocketFrame.continuationFrame(half.appendString("\"}"), true));
    ann.await("not valid UTF-8");

    ann.text("{\"type\":\"ping\",\"x\":\"\uFFFD\"}").await("pong");
  }

  @Test
  void fragmentsAreOneMessage() {
    RawSocket ann = new RawSocket(node, "ann");
    ann.frame(WebSocketFrame.textFrame("", false))
        .frame(WebSocketFrame.continuationFrame(Buffer.buffer(PING.substring(0, 5)), false))
        .frame(WebSocketFrame.pingFrame(Buffer.buffer("between")))
        .frame(WebSocketFrame.continuationFrame(Buffer.buffer(PING.substring(5)), true));
    ann.await("pong");
  }

  @Test
  void aFrameOverTheLimitClosesAsProtocol() throws Exception {
    RawSocket ann = new RawSocket(node, "ann");
    ann.text("\"" + "x".repeat(64 * 1024) + "\"");

    assertEquals(4505, ann.awaitClose());
  }

  @Test
  void fragmentsOverTheLimitCloseAsProtocol() throws Exception {
    RawSocket ann = new RawSocket(node, "ann");
    ann.frame(WebSocketFrame.textFrame("x".repeat(40_000), false));
    ann.frame(WebSocketFrame.continuationFrame(Buffer.buffer("x".repeat(40_000)), false));

    assertEquals(4505, ann.awaitClose());
  }

  @Test
  void aFragmentOfNothingClosesAsProtocol() throws Exception {
    RawSocket ann = new RawSocket(node, "ann");
    ann.frame(WebSocketFrame.continuationFrame(Buffer.buffer(PING), true));

    assertEquals(4505, ann.awaitClose());
    assertEquals(1, node.count("holdfast.closes", "code", "protocol"));
  }

  @Test
  void aFrameOfExactlyTheLimitIsTaken() {
    RawSocket ann = new RawSocket(node, "ann");
    String head = "{\"type\":\"ping\",\"x\":\"";
    ann.text(head + "x".repeat(64 * 1024 - head.length() - 2) + "\"}");
    ann.await("pong");
  }
}
