package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.Appends;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.embedded.EmbeddedRedisConfig.Fsync;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.machine.SlowProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One death among many hubs, with a Redis that has a tenth of a core: what the others compare then
 * breaks no link. Small by default; {@code -Dholdfast.hubs.channels=2000} is the size of the
 * figures in the README.
 */
@ExtendWith(RedisExtension.class)
class ManyHubsIT {
  private static final Logger LOG = LoggerFactory.getLogger(ManyHubsIT.class);
  private static final int HUBS = Integer.getInteger("holdfast.hubs", 50);
  private static final int CHANNELS = Integer.getInteger("holdfast.hubs.channels", 100);
  private static final int BEFORE = Integer.getInteger("holdfast.hubs.appends", 150);
  private static final Pattern PID = Pattern.compile("process_id:(\\d+)");
  private static final Pattern CPU = Pattern.compile("used_cpu_(?:sys|user):([0-9.]+)");

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final List<SimpleMeterRegistry> registries = new ArrayList<>();
  private final List<HubVerticle> hubs = new ArrayList<>();
  private TestRedis redis;
  private RedisLink link;
  private Appends appends;

  /** What beats say; 0: nodes without journals. */
  private volatile long at;

  @BeforeEach
  void open() {
    redis = TestRedis.own(Fsync.EVERYSEC);
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    var registry = registry();
    link = Await.get(RedisLink.open(vertx, config, "appends", registry));
    for (int i = 1; i <= HUBS; i++) {
      var node = new NodeId("n" + i, 1);
      var inbox = new NodeInbox(bus, node);
      var hub = new HubVerticle(bus, inbox, config, ChannelsConfig.DEFAULT, registry());
      Await.get(vertx.deployVerticle(hub));
      Await.get(hub.openInbox());
      hubs.add(hub);
    }
  }

  private SimpleMeterRegistry registry() {
    var registry = new SimpleMeterRegistry();
    registries.add(registry);
    return registry;
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
    redis.close();
  }

  private double count(String name, String... tags) {
    return registries.stream()
        .flatMap(registry -> registry.find(name).tags(tags).counters().stream())
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private void openChannels() {
    for (HubVerticle hub : hubs) {
      var opened = new AtomicInteger();
      var loop = vertx.getOrCreateContext();
      Fanout fanout = new Fanout(loop, hub);
      loop.runOnContext(
          now ->
              IntStream.range(0, CHANNELS)
                  .mapToObj(i -> new Channel("t", ChannelName.topic(hub.node().id() + "-" + i)))
                  .forEach(channel -> open(fanout, channel, opened)));
      Await.until(hub.node() + " is open", () -> opened.get() == CHANNELS);
    }
  }

  private static void open(Fanout fanout, Channel channel, AtomicInteger opened) {
    fanout
        .open(channel, Start.latest(), new RecordingSink())
        .onSuccess(open -> opened.incrementAndGet());
  }

  private Set<NodeId> nodes() {
    Set<NodeId> nodes = new HashSet<>();
    hubs.forEach(hub -> nodes.add(hub.node()));
    return nodes;
  }

  private String info(String section) {
    return Await.get(link.send("INFO", section)).asText();
  }

  private double cpuSeconds() {
    return CPU.matcher(info("cpu"))
        .results()
        .mapToDouble(x -> Double.parseDouble(x.group(1)))
        .sum();
  }

  /** Beats keep all of them heard; the peer that dies stays silent, and is listed no more. */
  private void beat() {
    for (HubVerticle from : hubs) {
      for (HubVerticle to : hubs) {
        bus.hint(to.node().address(), new Hint.Beat(from.node(), 0, at));
      }
    }
  }

  /** Each of the others has one channel that the dead one published to. */
  @Test
  void afterTheDeathOfOneHubTheOthersCompareWhatItPublished() {
    openChannels();
    Set<NodeId> all = nodes();
    hubs.forEach(hub -> hub.nodes(all));
    at = System.currentTimeMillis();
    NodeId dead = hubs.get(0).node();
    beat();
    vertx.setPeriodic(1_000, timer -> beat());
    hubs.forEach(hub -> bus.hint(hub.node().address(), new Hint.Beat(dead, 1, at)));
    Await.until("it was heard", () -> count("holdfast.journals.read") >= HUBS);
    var store = new ChannelStore(link, ChannelsConfig.DEFAULT).journaling(dead);
    for (HubVerticle hub : hubs.subList(1, HUBS)) {
      Channel channel = new Channel("t", ChannelName.topic(hub.node().id() + "-0"));
      Await.get(store.append(channel, new Publisher("p-1", 1), 1, "\"n\":1".getBytes()));
    }
    double before = count("holdfast.position.checks");
    double reads = count("holdfast.catchups");

    hubs.subList(1, HUBS).forEach(hub -> hub.nodes(left(all)));

    Await.until("all have them", () -> count("holdfast.catchups") - reads >= HUBS - 1);
    // On a slow machine one looks twice.
    double checks = count("holdfast.position.checks") - before;
    assertTrue(checks <= 4 * (HUBS - 1), () -> "checks: " + checks);
  }

  private Set<NodeId> left(Set<NodeId> all) {
    Set<NodeId> left = new HashSet<>(all);
    left.remove(hubs.get(0).node());
    return left;
  }

  /**
   * 163 reconnects in 90 s, with ten hubs and a Redis for a tenth of what they asked: each break
   * made its hub compare everything again.
   */
  @Test
  void theDeathOfOneHubBreaksNoLinkOfTheOthers() {
    openChannels();
    vertx.setPeriodic(1_000, timer -> beat());
    Set<NodeId> all = nodes();
    hubs.forEach(hub -> hub.nodes(all));
    var store = new ChannelStore(link, ChannelsConfig.DEFAULT);
    var matcher = PID.matcher(info("server"));
    matcher.find();
    try (var slow = new SlowProcess(Long.parseLong(matcher.group(1)))) {
      appends = new Appends(vertx, store, new Channel("t", ChannelName.topic("appends")));
      awaitAppends();
      appends.take();
      awaitAppends();
      LOG.info("before: {}", appends.take());
      die(all);
      awaitAppends();
      LOG.info("after: {}", appends.take());
    }

    assertEquals(0, appends.failures());
    assertEquals(0, count("holdfast.redis.errors", "kind", "timeout"));
    assertEquals(0, count("holdfast.redis.reconnects"));
  }

  private void die(Set<NodeId> all) {
    double before = count("holdfast.position.checks");
    double cpu = cpuSeconds();
    long since = System.nanoTime();
    hubs.subList(1, HUBS).forEach(hub -> hub.nodes(left(all)));
    double wanted = (HUBS - 1.0) * CHANNELS;
    Awaitility.await("all compare")
        .atMost(Duration.ofMinutes(5))
        .until(() -> count("holdfast.position.checks") - before >= wanted);
    double took = (System.nanoTime() - since) / 1e9;
    LOG.info(
        "{} checks in {} s, Redis at {} of a core; during: {}",
        (int) (count("holdfast.position.checks") - before),
        Math.round(took * 10) / 10.0,
        Math.round((cpuSeconds() - cpu) / took * 100) / 100.0,
        appends.take());
  }

  private void awaitAppends() {
    Awaitility.await("appends")
        .atMost(Duration.ofMinutes(2))
        .until(() -> appends.count() >= BEFORE);
  }
}
