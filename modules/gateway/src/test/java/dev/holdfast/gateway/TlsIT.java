package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.config.TlsConfig;
import dev.holdfast.gateway.server.Identity;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** TLS on the clients' port, and certificates that are replaced while clients are there. */
@ExtendWith(RedisExtension.class)
class TlsIT {
  private static final TrustManager[] ANY = {new Trusting()};

  @TempDir static Path made;
  private static TestIdentity first;
  private static TestIdentity second;

  @TempDir Path folder;
  private Path certificate;
  private Path key;
  private GatewayFixture node;

  private final List<WebSocketClient> clients =
      new ArrayList<>(); // one that nobody holds is closed

  @BeforeAll
  static void make() {
    first = TestIdentity.make(made, "first", "RSA");
    second = TestIdentity.make(made, "second", "EC");
  }

  @BeforeEach
  void start(TestRedis redis) throws Exception {
    certificate = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
    first.writeCertificate(certificate);
    first.writeKey(key);
    var tls = new TlsConfig(certificate, key, Duration.ofMillis(100));
    node = new GatewayFixture(redis.uri(), "t" + Ids.fresh(), GatewayConfig.DEFAULTS.with(tls));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** A stranger was not counted before his handshake, so of those who began none there were any. */
  @Test
  void whoSaysNothingIsCountedAlready() {
    try (var stranger = new StrangerSocket(node.port())) {
      await().until(() -> node.registry.get("holdfast.sockets").gauge().value() == 1);
    }
    await().until(() -> node.registry.get("holdfast.sockets").gauge().value() == 0);
  }

  @Test
  void aCertificateIsReplacedAndWhoIsConnectedStays() throws Exception {
    List<String> received = new CopyOnWriteArrayList<>();
    WebSocket ann = connect(received);
    assertEquals(first.certificate(), shown());

    second.writeCertificate(certificate); // and its key not yet
    // Long enough for some looks.
    await().during(Duration.ofMillis(500)).until(() -> first.certificate().equals(shown()));
    second.writeKey(key);
    await().until(() -> second.certificate().equals(shown()));

    assertEquals(
        second.certificate().getNotAfter().getTime() / 1_000,
        (long) node.registry.get("holdfast.tls.expires").gauge().value());
    GatewayFixture.get(ann.writeTextMessage("{\"type\":\"ping\"}"));
    await().until(() -> received.stream().anyMatch(text -> text.contains("\"pong\"")));
    connect(new CopyOnWriteArrayList<>());
  }

  @Test
  void whatIsNoPairIsNotShownAndPlainIsNotAnswered() throws Exception {
    Files.writeString(key, "nonsense");
    Files.writeString(certificate, "nonsense");
    try (Socket plain = new Socket("127.0.0.1", node.port())) {
      plain.setSoTimeout(10_000);
      plain.getOutputStream().write("GET /health/live HTTP/1.1\r\n\r\n".getBytes());
      assertTrue(!new String(plain.getInputStream().readAllBytes()).contains("HTTP/1.1"));
    } catch (IOException reset) {
      assertTrue(reset.getMessage() != null);
    }
    assertEquals(first.certificate(), shown());
    var tls = new TlsConfig(certificate, key, null);
    assertThrows(IllegalArgumentException.class, () -> Identity.read(tls));
    second.writeCertificate(certificate);
    first.writeKey(key);
    var refused = assertThrows(IllegalArgumentException.class, () -> Identity.read(tls));
    assertTrue(refused.getMessage().startsWith("tls: "), refused.getMessage());
  }

  @Test
  void answersAskBrowsersToComeByTlsOnly() throws Exception {
    try (SSLSocket socket = open()) {
      socket
          .getOutputStream()
          .write("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes());
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
      assertTrue(answer.contains("strict-transport-security: max-age=31536000"), answer);
    }
  }

  /** By hand, as the JDK does not even offer it. */
  @Test
  void tls11IsRefused() throws Exception {
    byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + 4 + 2];
    byte[] begin = {22, 3, 1, 0, (byte) (hello.length - 5), 1, 0, 0, (byte) (hello.length - 9)};
    System.arraycopy(begin, 0, hello, 0, begin.length);
    byte[] rest = {0, 0, 4, (byte) 0xc0, 0x13, 0, 0x2f, 1, 0};
    hello[9] = 3;
    hello[10] = 2;
    System.arraycopy(rest, 0, hello, hello.length - rest.length, rest.length);
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(hello);
      byte[] alert = socket.getInputStream().readNBytes(7);
      assertEquals(21, alert[0]); // an alert
      assertEquals(70, alert[6]); // protocol_version
    }
  }

  private WebSocket connect(List<String> received) {
    var client =
        node.clients
            .vertx()
            .createWebSocketClient(
                new WebSocketClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
    clients.add(client);
    var socket = client.webSocket();
    socket.textMessageHandler(received::add);
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(node.port())
            .setSsl(true)
            .setURI("/v1/connect")
            .addSubProtocol("holdfast.v1")
            .setAllowOriginHeader(false)
            .addHeader("Authorization", "Bearer " + node.token("ann"));
    WebSocket open = GatewayFixture.get(socket.connect(options));
    String hello = "{\"type\":\"hello\",\"client\":{\"name\":\"t\",\"version\":\"1\"}}";
    GatewayFixture.get(open.writeTextMessage(hello));
    await().until(() -> received.stream().anyMatch(text -> text.contains("\"welcome\"")));
    return open;
  }

  /** What the node shows now. */
  private X509Certificate shown() throws Exception {
    try (SSLSocket socket = open()) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private SSLSocket open() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, ANY, null);
    var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", node.port());
    socket.setSoTimeout(10_000);
    socket.startHandshake();
    return socket;
  }

  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authentication) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authentication) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
