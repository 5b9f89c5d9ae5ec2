package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.machine.Waits;
import dev.holdfast.testkit.redis.SentinelServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A Redis with two replicas, and three sentinels that promote one of them if it dies. */
public final class SentinelRedis implements AutoCloseable {
  private static final String NAME = "main";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final List<TestRedis> servers;
  private final List<SentinelServer> sentinels;

  private SentinelRedis(List<TestRedis> servers, List<SentinelServer> sentinels) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  /**
   * Starts all of them; returns when the replicas have their data and the sentinels know each
   * other.
   */
  static SentinelRedis start() {
    List<TestRedis> servers = Stream.generate(TestRedis::own).limit(3).toList();
    TestRedis master = servers.get(0);
    servers.forEach(SentinelRedis::setUp);
    servers.stream().skip(1).forEach(replica -> follow(replica, master));
    Waits.until("replicas are in sync", PATIENCE, () -> areReplicas(servers, master));
    List<SentinelServer> sentinels =
        IntStream.range(0, 3)
            .mapToObj(i -> new SentinelServer(master.binary(), NAME, master.uri()))
            .toList();
    var redis = new SentinelRedis(servers, sentinels);
    redis.awaitWhole();
    return redis;
  }

  /** Returns the one that was the master at first. */
  TestRedis first() {
    return servers.get(0);
  }

  /** Returns the name under which the master is watched. */
  public String name() {
    return NAME;
  }

  /** {@code host:port} of each sentinel. */
  public List<String> addresses() {
    return sentinels.stream().map(SentinelServer::address).toList();
  }

  public List<SentinelServer> sentinels() {
    return sentinels;
  }

  /** Returns the master that the first sentinel names. */
  public TestRedis master() {
    String named = named(sentinels.get(0));
    return servers.stream().filter(server -> isAt(server, named)).findFirst().orElseThrow();
  }

  /** Waits until all sentinels name the same server, another one than this, and it is a master. */
  public void awaitAnother(TestRedis before) {
    Waits.until(
        "another master is promoted",
        PATIENCE,
        () -> {
          TestRedis now = master();
          return now != before && isMaster(now) && areAgreed(now);
        });
  }

  /**
   * Waits until there is a master with all the others as its replicas; starts those that were
   * killed.
   */
  public void awaitWhole() {
    servers.stream().filter(server -> !server.isRunning()).forEach(SentinelRedis::revive);
    sentinels.stream().filter(sentinel -> !sentinel.isRunning()).forEach(SentinelServer::start);
    Waits.until(
        "a master has two replicas and three sentinels",
        PATIENCE,
        () -> {
          TestRedis now = master();
          return isMaster(now) && areAgreed(now) && areReplicas(servers, now);
        });
  }

  private boolean areAgreed(TestRedis master) {
    return sentinels.stream()
        .allMatch(
            sentinel -> {
              String seen = sentinel.call("SENTINEL", "MASTER", NAME);
              return isAt(master, named(sentinel))
                  && seen.contains("\nnum-slaves\n2\n")
                  && seen.contains("\nnum-other-sentinels\n2\n")
                  && seen.contains("\nflags\nmaster\n");
            });
  }

  private static String named(SentinelServer sentinel) {
    return sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).replace('\n', ':');
  }

  private static boolean isAt(TestRedis server, String address) {
    return server.uri().endsWith("//" + address);
  }

  private static boolean isMaster(TestRedis server) {
    return server.text("INFO", "replication").contains("role:master");
  }

  private static boolean areReplicas(List<TestRedis> servers, TestRedis master) {
    String of = "master_port:" + URI.create(master.uri()).getPort() + "\r\n";
    return servers.stream()
        .filter(server -> server != master)
        .map(server -> server.text("INFO", "replication"))
        .allMatch(info -> info.contains(of) && info.contains("master_link_status:up"));
  }

  private static void follow(TestRedis replica, TestRedis master) {
    int port = URI.create(master.uri()).getPort();
    replica.call("REPLICAOF", "127.0.0.1", Integer.toString(port));
  }

  private static void revive(TestRedis killed) {
    killed.start();
    setUp(killed);
  }

  /**
   * Sets a server up. From version 7 on a copy begins 5 s late by default, in case more replicas
   * come.
   */
  private static void setUp(TestRedis server) {
    server.call("CONFIG", "SET", "repl-diskless-sync-delay", "0");
  }

  @Override
  public void close() {
    sentinels.forEach(SentinelServer::close);
    servers.forEach(TestRedis::close);
  }
}
