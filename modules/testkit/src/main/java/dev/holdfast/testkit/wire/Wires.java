package dev.holdfast.testkit.wire;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Relays for everything between the processes of a cluster: members of the bus among each other,
 * and each node and Redis. Members listen at {@link #BEHIND} and are known at {@link #PUBLIC},
 * where a relay stands; it knows who opened a connection by its process. Any thread.
 */
public final class Wires implements AutoCloseable {
  /** The address that a member listens at. */
  public static final String BEHIND = "127.0.0.1";

  /** The address by which others reach a node. */
  public static final String PUBLIC = "127.0.0.2";

  /** The name of Redis among the parties. */
  public static final String REDIS = "redis";

  private record Member(String name, LongSupplier pid) {}

  private final Map<String, Member> members = new ConcurrentHashMap<>();
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final Map<String, Relay> redis = new LinkedHashMap<>();
  private final List<Relay> relays = new ArrayList<>();
  private volatile InetSocketAddress store;

  /**
   * @param redisUri {@code redis://host:port}
   */
  public Wires(String redisUri) {
    store = Relay.address(redisUri);
  }

  /** Returns whether this system says which process opened a connection. */
  public static boolean canBeHad() {
    return SocketOwner.canBeFound();
  }

  /**
   * A member of the bus from now on; its relays listen.
   *
   * @param pid of its process, or -1 while there is none
   */
  public void member(String name, LongSupplier pid, int memberPort, int messagePort) {
    members.put(name, new Member(name, pid));
    relays.add(bus(name, memberPort, false));
    relays.add(bus(name, messagePort, true));
  }

  /** Returns the address at which this member reaches Redis. */
  public synchronized String redisUri(String member) {
    Relay relay =
        redis.computeIfAbsent(
            member, name -> Relay.open(() -> store, lane(name, REDIS), lane(REDIS, name)));
    return relay.redisUri();
  }

  /** Another server is Redis from now on; connections to the one before are reset. */
  public synchronized void redisIs(String uri) {
    store = Relay.address(uri);
    redis.keySet().forEach(member -> lane(member, REDIS).reset());
  }

  /** Returns the lane from one to another; {@link #REDIS} is a party, too. */
  public Lane lane(String from, String to) {
    return lanes.computeIfAbsent(from + " → " + to, Lane::new);
  }

  /** Both directions between this one and each of the others. */
  public List<Lane> between(String one, List<String> others) {
    List<Lane> all = new ArrayList<>();
    for (String other : others) {
      all.add(lane(one, other));
      all.add(lane(other, one));
    }
    return all;
  }

  /** Everything passes. */
  public void mend() {
    lanes.values().forEach(Lane::pass);
  }

  @Override
  public synchronized void close() {
    relays.forEach(Relay::close);
    redis.values().forEach(Relay::close);
    lanes.values().forEach(Lane::cut);
  }

  private Relay bus(String name, int port, boolean framed) {
    var target = new InetSocketAddress(BEHIND, port);
    return Relay.open(
        new InetSocketAddress(PUBLIC, port),
        new Relay.Route(() -> target, framed, socket -> lanesOf(socket, name)));
  }

  private Relay.@Nullable Lanes lanesOf(Socket accepted, String to) {
    List<Long> pids = members.values().stream().map(member -> member.pid.getAsLong()).toList();
    long pid = SocketOwner.of(accepted, pids);
    return members.values().stream()
        .filter(member -> pid >= 0 && member.pid.getAsLong() == pid)
        .findFirst()
        .map(from -> new Relay.Lanes(lane(from.name, to), lane(to, from.name)))
        .orElse(null);
  }
}
