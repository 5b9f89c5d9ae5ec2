package dev.holdfast.gateway.scale;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.embedded.EmbeddedRedisConfig.Fsync;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.SimulatedNode;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.machine.SlowProcess;
import dev.holdfast.testkit.redis.ClusterServers;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Relay;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many nodes in this process, with one real Redis: what sessions cost it, and what happens when one
 * node dies. Small by default; modules/loadtest/SCALING.md has the figures of long runs, and their
 * commands.
 */
class ManyNodesIT {
  private static final Logger LOG = LoggerFactory.getLogger(ManyNodesIT.class);
  private static final int NODES = Integer.getInteger("holdfast.sim.nodes", 4);
  private static final int SESSIONS = Integer.getInteger("holdfast.sim.sessions", 100);
  private static final int SECONDS = Integer.getInteger("holdfast.sim.seconds", 2);

  /** How many times faster than the model clients come, leave, and are published to. */
  private static final int SPEED = Integer.getInteger("holdfast.sim.speed", 100);

  /** New sessions that are not live yet, at most. */
  private static final int COMING = Integer.getInteger("holdfast.sim.coming", 100);

  /** Masters of a Redis Cluster; 0: one server. In a cluster no node dies. */
  private static final int SHARDS = Integer.getInteger("holdfast.sim.shards", 0);

  private static final boolean SLOW = Boolean.getBoolean("holdfast.sim.slow");

  // The model, for a million sessions: each stays for half an hour.
  private static final double COME_PER_SECOND = 555;
  private static final double PUBLISHED_PER_SECOND = 10_000;
  private static final double MILLION = 1_000_000;

  private static final Pattern PID = Pattern.compile("process_id:(\\d+)");
  private static final int STEP_MS = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final String SECRET = "secret-of-many-nodes-with-enough-bytes";
  private static final AuthConfig AUTH =
      AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(SECRET));

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final Lane toRedis = new Lane("to Redis");
  private final Random random = new Random(2);
  private TestRedis redis;
  private ClusterServers cluster;
  private List<String> servers;
  private Relay relay;
  private Population all;
  private long modelTimer;

  @BeforeEach
  void start() {
    redis = TestRedis.own(Fsync.EVERYSEC);
    relay = Relay.toRedis(redis.uri(), toRedis, new Lane("from Redis"));
    servers = List.of(redis.uri());
    if (SHARDS > 0) {
      cluster = ClusterServers.start(redis.binary(), SHARDS, 0);
      servers = cluster.addresses().stream().map(address -> "redis://" + address).toList();
    }
    TokenVerifier tokens = TokenVerifier.of(AUTH);
    for (int i = 0; i < NODES; i++) {
      var node = new SimulatedNode(bus, "n" + i, config(i), tokens, registry);
      node.start();
      nodes.add(node);
    }
    await().atMost(PATIENCE).until(() -> nodes.stream().allMatch(node -> node.live() == NODES));
    all = new Population(bus, new TokenSigner(SECRET, AUTH), nodes);
  }

  private RedisConfig config(int node) {
    var config =
        RedisConfig.of(node == 0 ? relay.redisUri() : redis.uri())
            .withConnectTimeout(Duration.ofSeconds(20));
    return cluster == null ? config : config.withCluster(new ClusterSeeds(cluster.addresses()));
  }

  @AfterEach
  void stop() {
    GatewayFixture.get(vertx.close().otherwiseEmpty());
    relay.close();
    if (cluster != null) {
      cluster.close();
    }
    redis.close();
  }

  private double count(String name) {
    return registry.find(name).counters().stream().mapToDouble(each -> each.count()).sum();
  }

  private RedisUse use() {
    return RedisUse.now(servers, registry);
  }

  @Test
  void sessionsOutliveANodeAndTheOthersAreNotBurdened() {
    LOG.info("{} nodes, {} sessions, the model's pace times {}", NODES, SESSIONS, SPEED);
    come();
    rest();
    LOG.info(RedisUse.HEAD);
    publish("publish, first in a channel");
    publish("publish, further");
    resume();
    List<SlowProcess> slow = SLOW ? pids().map(SlowProcess::new).toList() : List.of();
    try {
      live();
    } finally {
      slow.forEach(SlowProcess::close);
    }
    assertEquals(0, all.gaps.sum(), "gaps");
    assertEquals(0, all.disorder.sum(), "events out of order, twice, or missing");
    assertEquals(0, all.failed.sum(), "publications that failed");
  }

  private double timeouts() {
    return registry.find("holdfast.redis.errors").tag("kind", "timeout").counters().stream()
        .mapToDouble(each -> each.count())
        .sum();
  }

  private Stream<Long> pids() {
    return servers.stream()
        .map(server -> RedisCommand.call(server, "INFO", "server"))
        .flatMap(info -> PID.matcher(info).results())
        .map(pid -> Long.parseLong(pid.group(1)));
  }

  /** All sessions open, as fast as they are live. */
  private void come() {
    RedisUse before = use();
    long timer =
        vertx.setPeriodic(
            STEP_MS,
            tick -> {
              while (all.size() < SESSIONS && all.away.get() < COMING) {
                all.comes();
              }
            });
    await().atMost(PATIENCE).until(() -> all.size() == SESSIONS && all.away.get() == 0);
    vertx.cancelTimer(timer);
    RedisUse cost = use().since(before);
    LOG.info(RedisUse.HEAD);
    LOG.info(cost.each("connect, 3 own channels and 3 topics", SESSIONS));
    LOG.info("{} s, links: {}", Math.round(cost.seconds()), cost.commands());
  }

  /** What nodes do while nobody comes, goes or publishes. */
  private void rest() {
    RedisUse before = use();
    pause(Duration.ofSeconds(SECONDS));
    LOG.info(use().since(before).perSecond("at rest"));
  }

  /** Publications to channels that one client reads, one for each. */
  private void publish(String what) {
    int many = Math.max(100, SESSIONS / 10);
    RedisUse before = use();
    double events = all.events.sum();
    for (int i = 0; i < many; i++) {
      all.publish(i, 0);
    }
    await().atMost(PATIENCE).until(() -> all.events.sum() >= events + many);
    LOG.info(use().since(before).each(what, many));
  }

  private void resume() {
    int many = Math.max(100, SESSIONS / 10);
    RedisUse before = use();
    all.drop(many);
    settle();
    LOG.info(use().since(before).each("detach and resume elsewhere", many));
  }

  /** Clients come and go by the model, and one node dies. */
  private void live() {
    double part = SESSIONS / MILLION * SPEED * STEP_MS / 1_000;
    modelTimer = vertx.setPeriodic(STEP_MS, tick -> arrive(part, true));
    settle();
    all.times();
    RedisUse before = use();
    pause(Duration.ofSeconds(SECONDS));
    RedisUse steady = use().since(before);
    LOG.info(steady.perSecond("steady"));
    LOG.info("publications: {}", times());
    vertx.cancelTimer(modelTimer);
    settle();
    pause(Duration.ofSeconds(1));
    double missed = all.published.sum() - all.events.sum();
    modelTimer = vertx.setPeriodic(STEP_MS, tick -> arrive(part, false));
    before = use();
    pause(Duration.ofSeconds(SECONDS));
    steady = use().since(before);
    LOG.info(steady.perSecond("publications alone"));
    LOG.info("publications: {}", times());
    if (SHARDS == 0) {
      die(steady.asked() / steady.seconds());
    }
    vertx.cancelTimer(modelTimer);
    settle();
    await("all events").until(() -> all.published.sum() - all.events.sum() <= missed);
  }

  private void arrive(double part, boolean movement) {
    for (int i = poisson(PUBLISHED_PER_SECOND * part); i > 0; i--) {
      all.publish();
    }
    for (int i = movement ? poisson(COME_PER_SECOND * part) : 0; i > 0; i--) {
      all.leaves();
      all.comes();
    }
  }

  private int poisson(double mean) {
    double left = mean;
    int count = -1;
    while (left >= 0) {
      left += Math.log(1 - random.nextDouble());
      count++;
    }
    return count;
  }

  private void die(double usual) {
    SimulatedNode dead = nodes.get(0);
    RedisUse before = use();
    double checks = count("holdfast.position.checks");
    double journals = count("holdfast.journals.read");
    long killed = System.nanoTime();
    toRedis.cut();
    int clients = all.lost(dead);
    dead.kill();
    await().atMost(PATIENCE).until(() -> all.away.get() == 0);
    double back = (System.nanoTime() - killed) / 1e9;
    await().atMost(PATIENCE).until(() -> others().allMatch(node -> node.live() == NODES - 1));
    pause(Duration.ofSeconds(SECONDS));
    RedisUse cost = use().since(before);
    LOG.info(
        String.format(
            Locale.ROOT,
            "death of a node with %d clients: all live after %.1f s; %.0f commands above the usual"
                + " in %.0f s, %.1f for each client; %.0f checks, %.0f journals read, %.0f refused;"
                + " Redis %.3f cores",
            clients,
            back,
            cost.asked() - usual * cost.seconds(),
            cost.seconds(),
            (cost.asked() - usual * cost.seconds()) / Math.max(1, clients),
            count("holdfast.position.checks") - checks,
            count("holdfast.journals.read") - journals,
            (double) all.refused.sum(),
            cost.cpuMicros() / 1e6 / cost.seconds()));
    LOG.info("links: {}; without an answer in time: {}", cost.commands(), timeouts());
    LOG.info("publications: {}", times());
  }

  private Stream<SimulatedNode> others() {
    return nodes.subList(1, nodes.size()).stream();
  }

  private String times() {
    Histogram times = all.times();
    return String.format(
        Locale.ROOT,
        "%d, p50 %.1f ms, p99 %.1f ms, max %.1f ms",
        times.getTotalCount(),
        times.getValueAtPercentile(50) / 1e3,
        times.getValueAtPercentile(99) / 1e3,
        times.getMaxValue() / 1e3);
  }

  /** Waits until what came is live, and what was published has come. */
  private void settle() {
    await().atMost(PATIENCE).until(() -> all.away.get() == 0 && all.isAnswered());
  }

  private void pause(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    await().atMost(PATIENCE).until(() -> System.nanoTime() >= until);
  }
}
