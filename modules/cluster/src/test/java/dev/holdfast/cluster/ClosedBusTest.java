package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.serialization.SerializationClassNameFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Whoever reached the two ports of a node was believed: a frame written by hand published in any
 * tenant, one that announced 2 GiB ended the node, a stock client of Hazelcast cleared all
 * addresses.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClosedBusTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final int CHUNK = 64 << 10;
  private static final long MUCH = 60L << 20;

  private final List<Vertx> members = new ArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final String name = "n" + UUID.randomUUID();
  private final int port = FreePort.take();
  private Vertx other;

  @BeforeAll
  void start() {
    Vertx node = join(config(port, List.of()).withSecret(SECRET));
    Future<Void> listens =
        node.eventBus()
            .<String>consumer(
                "here",
                message -> {
                  heard.add(message.body());
                  message.reply("heard");
                })
            .completion();
    await(listens);
    other = join(config(0, List.of(new HostPort("127.0.0.1", port))).withSecret(SECRET));
  }

  @AfterAll
  void leave() {
    members.forEach(member -> await(member.close()));
  }

  @Test
  void aStockClientOfHazelcastIsNotLetIn() {
    var client = new ClientConfig().setClusterName(name);
    client.getNetworkConfig().addAddress("127.0.0.1:" + port);
    client
        .getConnectionStrategyConfig()
        .getConnectionRetryConfig()
        .setClusterConnectTimeoutMillis(2_000);

    assertThrows(
        IllegalStateException.class, () -> HazelcastClient.newHazelcastClient(client).shutdown());

    assertStillServes();
  }

  @Test
  void aMemberWithoutTheSecretStaysAlone() {
    var there = List.of(new HostPort("127.0.0.1", port));
    Vertx wrong =
        join(config(0, there).withSecret("another secret, as long as the one of the others"));

    assertTrue(failed(wrong.eventBus().request("here", "let me in")));
    assertEquals(1, membersSeenByOneWithoutAny(there));
    assertFalse(heard.contains("let me in"));
    assertStillServes();
  }

  /** It looks for others for a while: they do not answer as those do that are away. */
  private int membersSeenByOneWithoutAny(List<HostPort> there) {
    var open =
        new ClusterConfig(
            name, "127.0.0.1", 0, 0, null, there, Duration.ofSeconds(12), null, null, true);
    Config hazelcast = Membership.config(open).setProperty("hazelcast.max.join.seconds", "3");
    try {
      HazelcastInstance stranger = Hazelcast.newHazelcastInstance(hazelcast);
      int seen = stranger.getCluster().getMembers().size();
      stranger.shutdown();
      return seen;
    } catch (IllegalStateException notStarted) {
      return 1;
    }
  }

  @Test
  void withoutSecretCertificatesOrTheWishForNoneItSaysWhatToDo() {
    var refused = assertThrows(RuntimeException.class, () -> join(config(0, List.of())));

    String said = refused.getMessage();
    for (String way : List.of("cluster.secret", "cluster.tls", "cluster.insecure")) {
      assertTrue(said.contains(way), said);
    }
  }

  @Test
  void aFrameThatIsWrittenByHandIsNotHeard() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port + 1)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(frame("here", "forged").getBytes());
      drain(socket);
    }

    assertStillServes();
    assertFalse(heard.contains("forged"), heard.toString());
  }

  /** The frame is a good one: a bus that is open on purpose takes it. */
  @Test
  void aBusThatIsOpenOnPurposeHearsIt() throws IOException {
    int open = FreePort.take();
    Vertx node =
        join(
            new ClusterConfig(
                name,
                "127.0.0.1",
                open,
                0,
                null,
                List.of(),
                Duration.ofSeconds(12),
                null,
                null,
                true));
    var heard = new CompletableFuture<String>();
    await(
        node.eventBus()
            .<String>consumer("here", message -> heard.complete(message.body()))
            .completion());

    try (var socket = new Socket(InetAddress.getLoopbackAddress(), open + 1)) {
      socket.getOutputStream().write(frame("here", "forged").getBytes());

      assertEquals("forged", heard.orTimeout(30, TimeUnit.SECONDS).join());
    }
  }

  /** Bytes were kept until as many were there as it said. */
  @Test
  void aFrameThatAnnounces2GiBIsNotCollected() throws IOException {
    long sent = 0;
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port + 1)) {
      var out = socket.getOutputStream();
      out.write(new byte[] {0x7f, -1, -1, -1});
      while (sent < MUCH) {
        out.write(new byte[CHUNK]);
        sent += CHUNK;
      }
    } catch (IOException closedByTheNode) {
      assertTrue(sent < MUCH, "sent " + sent);
    }
    assertTrue(sent < MUCH, "the node took " + sent + " bytes");
    assertStillServes();
  }

  @Test
  void theFirstBytesOfEveryProtocolOfHazelcastGetNoAnswer() throws IOException {
    for (String first : List.of("HZC", "CP2", "GET /hazelcast/health HTTP/1.1\r\n\r\n")) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(first.getBytes());
        byte[] answer = drain(socket);
        String said = new String(answer);
        assertFalse(said.contains("HTTP"), said);
        assertFalse(said.contains("HZC"), said);
      }
    }
    assertStillServes();
  }

  /** Sets that hold each other take for ever to be read. */
  @Test
  void javaSerializationReadsFailuresAndNoBombs() {
    var filter =
        new SerializationClassNameFilter(
            Membership.config(config(0, List.of()))
                .getSerializationConfig()
                .getJavaSerializationFilterConfig());

    for (String bomb :
        List.of("java.util.HashSet", "java.util.PriorityQueue", "javax.swing.JTable")) {
      assertThrows(SecurityException.class, () -> filter.filter(bomb), bomb);
    }
    filter.filter("java.lang.IllegalStateException");
    filter.filter("[Ljava.lang.StackTraceElement;");
    filter.filter("com.hazelcast.core.HazelcastInstanceNotActiveException");
  }

  private void assertStillServes() {
    assertEquals("heard", await(other.eventBus().<String>request("here", "hello")).body());
  }

  /** What Vert.x writes for a text: length, version, codec of texts, send, addresses, headers. */
  private static Buffer frame(String address, String text) {
    Buffer frame = Buffer.buffer().appendByte((byte) 1).appendByte((byte) 9).appendByte((byte) 0);
    string(frame, address).appendInt(0);
    string(frame, "somebody").appendInt(4);
    string(frame, text);
    return Buffer.buffer().appendInt(frame.length()).appendBuffer(frame);
  }

  private static Buffer string(Buffer to, String text) {
    return to.appendInt(text.length()).appendString(text);
  }

  /** All that is said until the other side closes, which it has to. */
  private static byte[] drain(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    try {
      return in.readAllBytes();
    } catch (SocketException reset) {
      return new byte[0];
    }
  }

  private Vertx join(ClusterConfig config) {
    Vertx member = await(Cluster.join(config));
    members.add(0, member);
    return member;
  }

  private ClusterConfig config(int port, List<HostPort> members) {
    return new ClusterConfig(
        name, "127.0.0.1", port, 0, null, members, Duration.ofSeconds(12), null, null, false);
  }

  private static boolean failed(Future<?> future) {
    return await(future.map(false).otherwise(true));
  }

  private static <T> T await(Future<T> future) {
    CompletableFuture<T> done = future.toCompletionStage().toCompletableFuture();
    return done.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
