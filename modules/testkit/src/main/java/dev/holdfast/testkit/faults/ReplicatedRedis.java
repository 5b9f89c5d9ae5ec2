package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Relay;
import dev.holdfast.testkit.wire.Wires;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Two Redis servers behind one address: a primary, and a replica that may lag and take over. */
public final class ReplicatedRedis implements AutoCloseable {
  private static final Duration SYNC = Duration.ofSeconds(90);

  private final TestRedis first;
  private final TestRedis second;
  private final Wires wires;
  private final Lane feed = new Lane("primary → replica");
  private final Lane answers = new Lane("replica → primary");
  private TestRedis primary;
  private TestRedis replica;

  @SuppressWarnings("NullAway.Init")
  private Relay relay;

  private ReplicatedRedis(TestRedis first, TestRedis second, Wires wires) {
    this.first = first;
    this.second = second;
    this.wires = wires;
    primary = first;
    replica = second;
  }

  /**
   * @param wires whose Redis is the primary of the moment
   */
  static ReplicatedRedis of(TestRedis first, Wires wires) {
    var pair = new ReplicatedRedis(first, TestRedis.own(), wires);
    pair.follow();
    return pair;
  }

  public TestRedis primary() {
    return primary;
  }

  /** Stops replication: from now on the replica gets nothing that the primary stores. */
  public void lag() {
    feed.hold();
  }

  /** The replica takes over with what it has; the primary lives on, and nobody asks it. */
  public void promote() {
    replica.call("REPLICAOF", "NO", "ONE");
    TestRedis before = primary;
    primary = replica;
    replica = before;
    feed.cut();
    wires.redisIs(primary.uri());
    relay.close();
    feed.pass();
  }

  /** The other becomes a replica, and has everything when this returns. */
  public void follow() {
    URI at = URI.create(primary.uri());
    relay = Relay.open(() -> new InetSocketAddress(at.getHost(), at.getPort()), answers, feed);
    replica.call("REPLICAOF", "127.0.0.1", Integer.toString(relay.port()));
    Awaitility.await("the replica has everything").atMost(SYNC).until(this::inSync);
  }

  private boolean inSync() {
    boolean linked = replica.text("INFO", "replication").contains("master_link_status:up");
    return linked && offset(replica, "slave_repl_offset") >= offset(primary, "master_repl_offset");
  }

  private static long offset(TestRedis redis, String name) {
    return redis
        .text("INFO", "replication")
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
        .findFirst()
        .orElse(-1);
  }

  @Override
  public void close() {
    if (relay != null) {
      relay.close();
    }
    first.close();
    second.close();
  }
}
