package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.Config;
import dev.holdfast.cluster.identity.BusTls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";

  private final List<Vertx> members = new ArrayList<>();

  @AfterEach
  void leave() {
    members.forEach(member -> await(member.close()));
  }

  @Test
  void membersFindEachOtherByTheListAndReachEachOthersAddresses() {
    String name = UUID.randomUUID().toString();
    int port = FreePort.take();
    Vertx first = join(config(name, port, List.of()));
    Vertx second = join(config(name, 0, List.of(new HostPort("127.0.0.1", port))));
    var heard = new CompletableFuture<String>();
    await(
        first
            .eventBus()
            .<String>consumer("here", message -> heard.complete(message.body()))
            .completion());

    second.eventBus().send("here", "hello");

    assertEquals("hello", await(heard));
  }

  @Test
  void aMemberHasOneEventLoopForEachProcessor() {
    Vertx member = join(config(UUID.randomUUID().toString(), FreePort.take(), List.of()));
    Set<Thread> loops = ConcurrentHashMap.newKeySet();
    var twice = new DeploymentOptions().setInstances(2 * Cluster.eventLoops());

    await(
        member.deployVerticle(
            () -> context -> Future.succeededFuture(loops.add(Thread.currentThread())), twice));

    assertEquals(Runtime.getRuntime().availableProcessors(), loops.size());
  }

  @Test
  void thoseOfAnotherNameStayApart() {
    int port = FreePort.take();
    Vertx first = join(config(UUID.randomUUID().toString(), port, List.of()));
    Vertx other =
        join(config(UUID.randomUUID().toString(), 0, List.of(new HostPort("127.0.0.1", port))));
    await(first.eventBus().consumer("here", message -> message.reply("heard")).completion());

    var answer = other.eventBus().request("here", "hello").toCompletionStage();

    assertTrue(answer.handle((reply, failure) -> failure != null).toCompletableFuture().join());
  }

  @Test
  void aProcessThatCantJoinSaysWhy() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var there = config(UUID.randomUUID().toString(), taken.getLocalPort(), List.of());
      var elsewhere =
          ClusterConfig.of(
              Map.of("HOLDFAST_CLUSTER_HOST", "192.0.2.1", "HOLDFAST_CLUSTER_SECRET", SECRET));

      assertTrue(refusal(there).getMessage().contains(Integer.toString(taken.getLocalPort())));
      assertTrue(refusal(elsewhere).getMessage().startsWith("cluster.host: 192.0.2.1 is at"));
    }
  }

  @Test
  void withTlsMembersShowEachOtherTheirCertificates() {
    assertTrue(heard(tls("member"), tls("member"), 20_000));
  }

  @Test
  void whoeverHasNoCertificateOfTheAuthorityIsNotHeard() {
    var stranger = new BusTls(file("stranger.key"), file("stranger.crt"), file("member.crt"));

    for (BusTls other : new BusTls[] {null, stranger}) {
      assertFalse(heard(tls("member"), other, 3_000));
    }
  }

  @Test
  void nothingIsAskedByMulticastAndNobodyIsCalledHome() {
    Config config = Membership.config(config("name", 5701, List.of()));

    var join = config.getNetworkConfig().getJoin();
    assertFalse(join.getMulticastConfig().isEnabled());
    assertFalse(join.getAutoDetectionConfig().isEnabled());
    assertEquals("false", config.getProperty("hazelcast.phone.home.enabled"));
    assertEquals("false", config.getProperty("hazelcast.shutdownhook.enabled"));
    assertEquals("12", config.getProperty("hazelcast.max.no.heartbeat.seconds"));
  }

  @Test
  void whatVertxKeepsThereSurvivesTheLossOfTwoMembers() {
    Config config = Membership.config(config("name", 5701, List.of()));

    assertEquals(2, config.findMultiMapConfig("__vertx.subs").getBackupCount());
    assertEquals(2, config.findMapConfig("__vertx.nodeInfo").getBackupCount());
    assertEquals(2, config.findMapConfig("__vertx.haInfo").getBackupCount());
  }

  /** Whether a member with the one answers a member with the other. */
  private boolean heard(BusTls asked, BusTls asking, int withinMs) {
    String name = UUID.randomUUID().toString();
    int port = FreePort.take();
    Vertx first = join(config(name, port, List.of(), asked));
    Vertx second = join(config(name, 0, List.of(new HostPort("127.0.0.1", port)), asking));
    await(first.eventBus().consumer("here", message -> message.reply("heard")).completion());
    Future<Boolean> heard =
        second
            .eventBus()
            .request("here", "hello", new DeliveryOptions().setSendTimeout(withinMs))
            .map(true)
            .otherwise(false);
    return await(heard);
  }

  private static JoinException refusal(ClusterConfig config) {
    Future<JoinException> refusal =
        Cluster.join(config)
            .transform(
                joined ->
                    joined.succeeded()
                        ? joined.result().close().map((JoinException) null)
                        : Future.succeededFuture((JoinException) joined.cause()));
    return await(refusal);
  }

  private static BusTls tls(String name) {
    return new BusTls(file(name + ".key"), file(name + ".crt"), file(name + ".crt"));
  }

  private static Path file(String name) {
    try {
      return Path.of(ClusterTest.class.getResource("/tls/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Vertx join(ClusterConfig config) {
    Vertx member = await(Cluster.join(config, new SimpleMeterRegistry()));
    members.add(0, member);
    return member;
  }

  private static ClusterConfig config(String name, int port, List<HostPort> members) {
    return config(name, port, members, null);
  }

  private static ClusterConfig config(String name, int port, List<HostPort> members, BusTls tls) {
    return new ClusterConfig(
        name, "127.0.0.1", port, 0, null, members, Duration.ofSeconds(12), tls, SECRET, false);
  }

  private static <T> T await(Future<T> future) {
    return await(future.toCompletionStage().toCompletableFuture());
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
