package dev.holdfast.gateway.upgrade;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From an HTTP request to a session, and every way not to get there. */
@ExtendWith(RedisExtension.class)
class UpgradeIT {
  private static final String PAGE = "https://app.example";
  private static final Map<String, ?> CLIENT =
      Map.of("client", Map.of("name", "test", "version", "1"));

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = node(redis, GatewayConfig.DEFAULTS.helloTimeout());
  }

  private static GatewayFixture node(TestRedis redis, Duration helloTimeout) {
    GatewayConfig d = GatewayConfig.DEFAULTS;
    GatewayConfig config =
        GatewayConfig.of(
            d.host(),
            d.port(),
            Set.of(PAGE),
            d.frameLimit(),
            helloTimeout,
            d.heartbeat(),
            d.publishRate(),
            d.slowLimit(),
            d.writeBuffer(),
            d.ackFlush());
    return new GatewayFixture(redis.uri(), "t" + Ids.fresh(), config);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void theSubProtocolIsRequired() {
    var refused = refused(new WebSocketConnectOptions().addSubProtocol("chat"));

    assertEquals(400, refused.getStatus());
    assertTrue(refused.getBody().toString().contains("holdfast.v1"));
  }

  @Test
  void onlyPagesOnTheListMayConnect() {
    assertEquals(403, refused(asked().addHeader("Origin", "https://evil.example")).getStatus());
    assertEquals(403, refused(asked().addHeader("Origin", PAGE + ".evil.example")).getStatus());
    assertEquals(403, refused(asked().addHeader("Origin", "null")).getStatus());

    node.clients.manual(node.uri(), asked().addHeader("Origin", PAGE));
  }

  @Test
  void theTokenMayComeWithTheUpgrade() {
    String header = "Bearer " + node.token("ann");
    ManualClient byHeader =
        node.clients.manual(node.uri(), asked().addHeader("Authorization", header));
    ManualClient byEntry =
        node.clients.manual(
            node.uri(), asked().addSubProtocol("holdfast.bearer." + node.token("bob")));

    byHeader.send("hello", CLIENT).await("live", "user:ann");
    byEntry.send("hello", CLIENT).await("live", "user:bob");
  }

  @Test
  void aHelloWithoutAValidTokenIsClosedAsUnauthorized() {
    ManualClient none = node.connect().send("hello", CLIENT);
    ManualClient bad = node.connect();
    GatewayFixture.sayHello(bad, "not.a.token", Map.of());

    assertEquals(4501, none.awaitClose().code());
    assertTrue(bad.awaitClose().reason().startsWith("unauthorized: "));
    await().until(() -> node.count("holdfast.closes", "code", "unauthorized") == 2);
  }

  @Test
  void silenceAfterTheUpgradeIsClosed(TestRedis redis) {
    node.close();
    node = node(redis, Duration.ofMillis(500));
    ManualClient silent = node.connect();

    assertEquals(4003, silent.awaitClose().code());
    assertEquals("hello_timeout", silent.awaitClose().reason());
  }

  @Test
  void anythingBeforeTheHelloIsClosedAsProtocol() {
    assertEquals(4505, node.connect().send("ping", Map.of()).awaitClose().code());
    assertEquals(4505, node.connect().send("not json").awaitClose().code());
    assertEquals(4505, node.connect().send("hello", Map.of()).awaitClose().code());
  }

  @Test
  void aSecondHelloIsClosedAsProtocol() {
    var ann = node.hello("ann");
    GatewayFixture.sayHello(ann.client(), node.token("ann"), Map.of());

    assertEquals(4505, ann.client().awaitClose().code());
  }

  @Test
  void aNodeThatAcceptsNobodyRefusesWithACodeToTryAgain() {
    node.accepting = false;
    ManualClient ann = node.connect();
    GatewayFixture.sayHello(ann, node.token("ann"), Map.of());

    assertEquals(4004, ann.awaitClose().code());
    assertEquals(0, node.directory.size());
  }

  @Test
  void framesThatComeBeforeTheWelcomeWaitForIt() throws Exception {
    String hello = "{\"type\":\"hello\",\"client\":{\"name\":\"raw\",\"version\":\"1\"}}";
    BlockingQueue<Buffer> received = new LinkedBlockingQueue<>();
    NetClient client = node.clients.vertx().createNetClient();
    NetSocket socket = GatewayFixture.get(client.connect(node.port(), "127.0.0.1"));
    socket.handler(received::add);
    GatewayFixture.get(socket.write(upgrade(node.token("ann"))));
    String accepted = until("\r\n\r\n", received);
    GatewayFixture.get(socket.write(masked(hello).appendBuffer(masked("{\"type\":\"ping\"}"))));
    String answer = until("\"type\":\"pong\"", received);

    assertTrue(accepted.toLowerCase().contains("sec-websocket-protocol: holdfast.v1\r"));
    assertFalse(accepted.contains("bearer"));
    assertTrue(answer.contains("\"type\":\"welcome\""));
    GatewayFixture.get(client.close()); // Vert.x closes one that nobody holds
  }

  private static Buffer upgrade(String token) {
    return Buffer.buffer(
        """
        GET /v1/connect HTTP/1.1\r
        Host: 127.0.0.1\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Protocol: holdfast.bearer.%s\r
        Sec-WebSocket-Protocol: other, holdfast.v1\r
        \r
        """
            .formatted(token));
  }

  private static String until(String wanted, BlockingQueue<Buffer> received) throws Exception {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(wanted) < 0) {
      Buffer more = received.poll(10, TimeUnit.SECONDS);
      assertTrue(more != null, "nothing more came after: " + text);
      text.append(more);
    }
    return text.toString();
  }

  /** A final text frame as a client sends it, with a mask of zeros. */
  private static Buffer masked(String text) {
    Buffer frame = Buffer.buffer().appendByte((byte) 0x81);
    if (text.length() < 126) {
      frame.appendByte((byte) (0x80 | text.length()));
    } else {
      frame.appendByte((byte) (0x80 | 126)).appendShort((short) text.length());
    }
    return frame.appendInt(0).appendString(text);
  }

  private static WebSocketConnectOptions asked() {
    return new WebSocketConnectOptions().addSubProtocol("holdfast.v1");
  }

  private UpgradeRejectedException refused(WebSocketConnectOptions options) {
    return assertThrows(
        UpgradeRejectedException.class, () -> node.clients.manual(node.uri(), options));
  }
}
