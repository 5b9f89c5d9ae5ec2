package dev.holdfast.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.identity.Identity;
import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bounds.FrameBound;
import dev.holdfast.core.bounds.FrameRoom;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever connected to a port of the bus and said nothing was taken in, and so were all that came
 * after: each had an open file, those at the port of membership for as long as it took until a
 * thread had listened to its silence, and members waited behind them.
 */
class StrangersTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final int CROWD = 200;

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<Vertx> members = new ArrayList<>();
  private final List<SocketChannel> strangers = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (SocketChannel stranger : strangers) {
      stranger.close();
    }
    members.forEach(member -> get(member.close()));
  }

  @ParameterizedTest
  @CsvSource({"membership, 0, 48", "messages, 1, 64"})
  void fewAreTakenInAndTheyKeepNoMemberOut(String name, int next, int most) throws IOException {
    String cluster = "n" + UUID.randomUUID();
    int port = FreePort.take();
    Vertx node = get(Cluster.join(config(cluster, port, List.of()), meters));
    members.add(node);
    get(node.eventBus().<String>consumer("here", message -> message.reply("heard")).completion());

    crowd(port + next);

    await().until(() -> open() <= most);
    assertTrue(strangersAt(name) <= most, name + ": " + strangersAt(name));
    var there = List.of(new HostPort("127.0.0.1", port));
    Vertx late = get(Cluster.join(config(cluster, 0, there), new SimpleMeterRegistry()));
    members.add(0, late);
    assertEquals("heard", get(late.eventBus().<String>request("here", "hello")).body());
    double dropped =
        meters.get("cluster.strangers.dropped").tag("port", name).functionCounter().count();
    assertTrue(dropped > 0, "dropped " + dropped);
  }

  @Test
  void whoProvesNothingInTimeIsClosedAndWhoProvesItselfStays() throws Exception {
    var gate =
        new MessageGate(
            MessageGate.MOST,
            Duration.ofSeconds(3),
            FrameRoom.ofHeap(),
            new RegistryMeters(meters));
    EventBusOptions options = options();
    int port = listening(gate, options);

    SocketChannel silent = stranger(port);
    SocketChannel talker = stranger(port);
    talker.write(ByteBuffer.wrap(new byte[] {22, 3, 1})); // begins a handshake
    Vertx other = Vertx.vertx();
    members.add(other);
    NetClient client = other.createNetClient(asMember(options));
    var member = get(client.connect(port, "127.0.0.1"));

    await().until(() -> isClosed(silent) && isClosed(talker));
    await().until(() -> strangersAt("messages") == 0);
    var answer = new CompletableFuture<String>();
    member.handler(said -> answer.complete(said.toString()));
    Buffer frame = Buffer.buffer().appendInt(10).appendString("still here");
    member.write(frame);
    assertEquals(frame.toString(), answer.get(20, TimeUnit.SECONDS));
    get(client.close()); // Vert.x closes one that nobody holds
  }

  /** Bytes were kept until as many were there as it said, also of a service with credentials. */
  @Test
  void aMemberWhoAnnouncesAnEndlessFrameIsClosedAndOthersGoOn() throws Exception {
    int port = FreePort.take();
    ClusterConfig config = config("n" + UUID.randomUUID(), port, List.of());
    Vertx node = get(Cluster.join(config, meters));
    members.add(node);
    get(
        node.eventBus()
            .<String>consumer("here", message -> message.reply(message.body().length()))
            .completion());
    ClusterConfig beside = config(config.name(), 0, List.of(new HostPort("127.0.0.1", port)));
    Vertx other = get(Cluster.join(beside, new SimpleMeterRegistry()));
    members.add(0, other);
    EventBusOptions options = BusOptions.of(config, Identity.ofSecret(SECRET));
    Vertx outside = Vertx.vertx();
    members.add(0, outside);
    NetClient client = outside.createNetClient(asMember(options));

    for (int announced : List.of(Integer.MAX_VALUE, -1, FrameBound.MOST + 1)) {
      var socket = get(client.connect(port + 1, "127.0.0.1"));
      var closed = new CompletableFuture<Void>();
      socket.closeHandler(closed::complete);
      socket.write(Buffer.buffer().appendInt(announced));
      socket.write(Buffer.buffer(new byte[64 << 10]));
      closed.get(20, TimeUnit.SECONDS);
    }
    get(client.close());

    String large = "x".repeat(9 << 20);
    assertEquals(large.length(), get(other.eventBus().<Integer>request("here", large)).body());
  }

  /** Each alone was within its bound; together they filled the heap, and stayed. */
  @Test
  void theOldestOfMembersWhoDoNotEndTheirLongFramesIsClosed() throws Exception {
    int piece = 3 << 20;
    var gate =
        new MessageGate(
            MessageGate.MOST,
            Duration.ofSeconds(20),
            new FrameRoom(2L * piece),
            new RegistryMeters(meters));
    Vertx client = Vertx.vertx();
    EventBusOptions options = options();
    int port = listening(gate, options);
    members.add(client);

    List<CompletableFuture<Void>> closed = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      var socket = get(client.createNetClient(asMember(options)).connect(port, "127.0.0.1"));
      var end = new CompletableFuture<Void>();
      socket.closeHandler(end::complete);
      closed.add(end);
      socket.write(Buffer.buffer().appendInt(FrameBound.MOST));
      socket.write(Buffer.buffer(new byte[piece]));
      double most = Math.min(i, 2) * piece;
      await().until(() -> meters.get("cluster.frames.bytes").gauge().value() == most);
    }

    closed.get(0).get(20, TimeUnit.SECONDS);
    assertFalse(closed.get(1).isDone() || closed.get(2).isDone());
    assertEquals(1, meters.get("cluster.frames.dropped").functionCounter().count());
    get(client.close());
    members.remove(client);
    await().until(() -> meters.get("cluster.frames.bytes").gauge().value() == 0);
  }

  private static EventBusOptions options() throws IOException, GeneralSecurityException {
    return BusOptions.of(ClusterConfig.DEFAULTS.withSecret(SECRET), Identity.ofSecret(SECRET));
  }

  /** Answers what it hears. */
  private int listening(MessageGate gate, EventBusOptions options) {
    Vertx vertx =
        Vertx.builder().withTransport(new Doors(gate, JoinedFlushes::join).transport()).build();
    members.add(vertx);
    NetServer server =
        get(
            vertx
                .createNetServer(new NetServerOptions(options.toJson()).setPort(0))
                .connectHandler(socket -> socket.handler(socket::write))
                .listen());
    return server.actualPort();
  }

  private static NetClientOptions asMember(EventBusOptions options) {
    return new NetClientOptions()
        .setSsl(true)
        .setHostnameVerificationAlgorithm("")
        .setKeyCertOptions(options.getKeyCertOptions())
        .setTrustOptions(options.getTrustOptions());
  }

  private void crowd(int port) throws IOException {
    for (int i = 0; i < CROWD; i++) {
      strangers.add(stranger(port));
    }
  }

  private static SocketChannel stranger(int port) throws IOException {
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    SocketChannel stranger = SocketChannel.open(at);
    stranger.configureBlocking(false);
    return stranger;
  }

  private long open() {
    return strangers.stream().filter(each -> !isClosed(each)).count();
  }

  /** By the other side; what it says before is passed over. */
  private static boolean isClosed(SocketChannel stranger) {
    try {
      int read = 1;
      while (read > 0) {
        read = stranger.read(ByteBuffer.allocate(4_096));
      }
      return read < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  private double strangersAt(String port) {
    return meters.get("cluster.strangers").tag("port", port).gauge().value();
  }

  private static ClusterConfig config(String name, int port, List<HostPort> members) {
    return new ClusterConfig(
            name, "127.0.0.1", port, 0, null, members, Duration.ofSeconds(12), null, null, false)
        .withSecret(SECRET);
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
