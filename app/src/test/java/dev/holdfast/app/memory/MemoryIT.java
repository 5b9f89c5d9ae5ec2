package dev.holdfast.app.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.embedded.EmbeddedRedisConfig.Fsync;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Metrics;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node with a heap of 256 MiB, readers that do not read, a peer that is paused again and again,
 * and publications to all the channels that they read: the node stays up, within its budgets. Small
 * by default; {@code -Dholdfast.memory.channels=20000 -Dholdfast.memory.seconds=300} is the size of
 * the figures in the README of the channels, and {@code -Dholdfast.memory.bounded=false} shows what
 * happens without the budgets.
 */
@ExtendWith(ClusterExtension.class)
class MemoryIT {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryIT.class);
  private static final int CHANNELS = Integer.getInteger("holdfast.memory.channels", 1_000);
  private static final int SECONDS = Integer.getInteger("holdfast.memory.seconds", 12);
  private static final int EACH = 40;

  /** Beyond the kernel's buffers, and until the peers no longer list it. */
  private static final Duration PAUSE = Duration.ofSeconds(SECONDS >= 60 ? 10 : 3);

  private final Vertx vertx = Vertx.vertx();
  private final String tenant = "t-" + Ids.fresh();
  private TestCluster cluster;
  private TestNode node;
  private TestNode peer;

  private static ClusterOptions options() {
    ClusterOptions options = bounded();
    if (!System.getProperty("holdfast.memory.bounded", "true").equals("true")) {
      for (String kind : List.of("rings", "hints", "hintsPerPeer", "held", "reads", "openings")) {
        options = options.with("channels.memory." + kind, 1L << 40);
      }
    }
    return options;
  }

  private static ClusterOptions bounded() {
    return ClusterOptions.of(2)
        .with("gateway.slowLimit", "30m")
        .with("gateway.heartbeat", "30m")
        .with("gateway.publishRate", 100_000)
        .with("lease.lease", "30s")
        .with("channels.retention.default.entries", 4);
  }

  private ManualClient client() {
    ManualClient client = cluster.clients().manual(node.url());
    Map<String, String> about = Map.of("name", "probe", "version", "1");
    return client.send("hello", Map.of("token", cluster.token(tenant, "ann"), "client", about));
  }

  @Test
  void staysUpWithinItsBudgetsWhileAPeerIsPausedAndReadersDoNotRead() {
    try (var started = TestCluster.start(options(), TestRedis.own(Fsync.EVERYSEC))) {
      cluster = started;
      node = cluster.node(1);
      peer = cluster.node(2);
      var slow = new Readers(vertx, cluster, node, tenant);
      slow.read(CHANNELS);
      new Readers(vertx, cluster, peer, tenant).read(CHANNELS);
      int rate = CHANNELS * EACH / SECONDS;
      try (var probe = new Probe(client());
          var flood =
              new Flood(node.http("/v1/publish"), cluster.token(tenant, "bob"), CHANNELS, rate)) {
        measure(probe, flood, slow);
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private void measure(Probe probe, Flood flood, Readers slow) {
    long pid = node.pid();
    awaitStored(flood, (long) CHANNELS * EACH / 20);
    probe.take();
    awaitStored(flood, flood.stored() + (long) CHANNELS * EACH / 20);
    Probe.Latencies before = probe.take();
    slow.stopReading();
    long since = System.nanoTime();
    while (System.nanoTime() - since < SECONDS * 1_000_000_000L) {
      peer.pause();
      pass(PAUSE);
      LOG.info("{} stored; {}", flood.stored(), budgets());
      peer.resume();
      pass(PAUSE.dividedBy(2));
    }
    Probe.Latencies during = probe.take();
    LOG.info("a healthy client before: {}", before);
    LOG.info("a healthy client during: {}", during);
    LOG.info("stored {}, refused {}, {}", flood.stored(), flood.refused(), budgets());

    assertTrue(node.isRunning());
    assertEquals(pid, node.pid());
    Awaitility.await("ready").atMost(Duration.ofSeconds(30)).until(node::isReady);
    assertTrue(during.at(0.5) < 2_000, during::toString);
  }

  private static void awaitStored(Flood flood, long count) {
    Awaitility.await(count + " are stored")
        .atMost(Duration.ofMinutes(10))
        .until(() -> flood.stored() >= count);
  }

  /** How long a fault lasts is what is tested here, so time is waited for. */
  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Awaitility.await().atMost(time.plusMinutes(1)).until(() -> System.nanoTime() - end >= 0);
  }

  /** Used of limit, by kind, in KiB; none is over its limit by more than one batch. */
  private String budgets() {
    Metrics metrics = node.metrics();
    Map<String, Double> limits = byKind(metrics, "holdfast_budget_limit_bytes");
    var text = new StringBuilder();
    byKind(metrics, "holdfast_budget_bytes")
        .forEach(
            (kind, used) -> {
              double limit = limits.get(kind);
              text.append("%s %.0f of %.0f KiB, ".formatted(kind, used / 1024, limit / 1024));
              assertTrue(used <= limit + (1 << 20), () -> kind + ": " + used + " of " + limit);
            });
    double heap =
        metrics.samples().stream()
            .filter(one -> one.name().equals("jvm_memory_used_bytes"))
            .filter(one -> one.labels().contains("area=\"heap\""))
            .mapToDouble(Metrics.Sample::value)
            .sum();
    double unsent = metrics.sum("holdfast_hints_unsent_total");
    return text + "%.0f hints not sent, heap %.0f MiB".formatted(unsent, heap / (1 << 20));
  }

  private static Map<String, Double> byKind(Metrics metrics, String name) {
    Map<String, Double> byKind = new TreeMap<>();
    for (Metrics.Sample sample : metrics.samples()) {
      if (sample.name().equals(name)) {
        byKind.put(sample.labels().replaceAll(".*kind=\"([a-z]+)\".*", "$1"), sample.value());
      }
    }
    return byKind;
  }
}
