package dev.holdfast.gateway.http.abuse;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.http.HttpApi;
import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Bodies that do not end have a part of a node's memory, and a user a part of that. Once only each
 * was bounded: 500 of a million bytes, by one user, ended a node of 256 MB, and then the next.
 */
@ExtendWith(RedisExtension.class)
class UnfinishedBodiesIT {
  private static final long ALL = 8 << 20;
  private static final int LARGE = 1_000_000;

  private HttpFixture node;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void start(TestRedis redis) {
    node =
        new HttpFixture(
            redis.uri(),
            GatewayConfig.DEFAULTS,
            LimitsConfig.DEFAULTS,
            registry -> NodeMemory.of(registry, ALL, ALL));
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    node.close();
  }

  @Test
  void oneUsersUnfinishedBodiesLeaveTheOthersTheirs() throws IOException {
    String head = head("ann", "Content-Length: " + LARGE);
    Socket first = open(head);
    await().until(() -> underWay() == LARGE);
    for (int i = 0; i < 100; i++) {
      assertEquals("HTTP/1.1 429", status(open(head)));
    }
    assertEquals(200, node.user("bob", "publish:topic:*").publish("topic:a", "e", "1").status());
    String large = '"' + "x".repeat(60_000) + '"';
    assertEquals(429, node.user("ann", "publish:topic:*").publish("topic:a", "e", large).status());

    first.close();
    await().until(() -> underWay() == 0);
    assertEquals(200, node.user("ann", "publish:topic:*").publish("topic:a", "e", "1").status());
    await().until(() -> underWay() == 0);
  }

  /** As large as it may become. */
  @Test
  void aBodyOfUnknownLengthIsCountedBeforeItIsRead() throws IOException {
    open(head("ann", "Transfer-Encoding: chunked") + "1\r\n{\r\n");
    await().until(() -> underWay() == HttpApi.BODY_LIMIT);
    assertEquals("HTTP/1.1 429", status(open(head("ann", "Content-Length: 5"))));
  }

  @Test
  void usersOfOneTenantLeaveOtherTenantsTheirs() throws IOException {
    for (int i = 0; i < 4; i++) {
      open(head("u" + i, "Content-Length: " + LARGE));
    }
    await().until(() -> underWay() == 4 * LARGE);
    assertEquals("HTTP/1.1 429", status(open(head("u5", "Content-Length: " + LARGE))));
    HttpCalls other = node.as(HttpFixture.tokenOf("other" + node.tenant, "bob", "publish:topic:*"));
    assertEquals(200, other.publish("topic:a", "e", "1").status());
  }

  /** What is refused is not kept, and the client can read why. */
  @Test
  void aBodyThatIsRefusedIsPassedOver() throws IOException {
    open(head("ann", "Content-Length: " + LARGE));
    await().until(() -> underWay() == LARGE);
    Socket refused = open(head("ann", "Content-Length: " + LARGE));
    refused.getOutputStream().write(new byte[LARGE / 2]);
    assertEquals("HTTP/1.1 429", status(refused));
    assertEquals(LARGE, underWay());
    String rest = new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(rest.contains("\"rate_limited\""), rest);
  }

  private String head(String user, String length) {
    return "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + "Authorization: Bearer "
        + node.token(user, "publish:topic:*")
        + "\r\n"
        + length
        + "\r\n\r\n";
  }

  private Socket open(String bytes) throws IOException {
    Socket socket = new Socket("127.0.0.1", node.port());
    sockets.add(socket);
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return socket;
  }

  private static String status(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return new String(in.readNBytes("HTTP/1.1 429".length()), StandardCharsets.ISO_8859_1);
  }

  private long underWay() {
    return (long) node.registry.get("holdfast.budget.bytes").tag("kind", "bodies").gauge().value();
  }
}
