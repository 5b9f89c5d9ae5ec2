package dev.holdfast.testkit.redis;

import dev.holdfast.testkit.machine.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A Redis Cluster of real servers on this machine. Every method blocks. */
public final class ClusterServers implements AutoCloseable {
  private static final int SLOTS = 16_384;
  private static final int EPOCH = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path binary;
  private final List<ClusterServer> servers = new CopyOnWriteArrayList<>();

  private ClusterServers(Path binary) {
    this.binary = binary;
  }

  /** Starts it; returns when all slots are served, and the replicas have their data. */
  public static ClusterServers start(Path binary, int masters, int replicas) {
    var cluster = new ClusterServers(binary);
    try {
      cluster.form(masters, replicas);
      return cluster;
    } catch (RuntimeException | Error failed) {
      cluster.close();
      throw failed;
    }
  }

  private void form(int masters, int replicas) {
    for (int i = 0; i < masters + replicas; i++) {
      ClusterServer server = new ClusterServer(binary);
      servers.add(server);
      server.call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
    }
    for (int i = 0; i < masters; i++) {
      addSlots(servers.get(i), SLOTS * i / masters, SLOTS * (i + 1) / masters);
    }
    meet(servers);
    for (int i = 0; i < replicas; i++) {
      String id = servers.get(i % masters).id();
      servers.get(masters + i).call("CLUSTER", "REPLICATE", id);
    }
    awaitWhole();
  }

  private static void addSlots(ClusterServer server, int from, int to) {
    Stream<String> slots = IntStream.range(from, to).mapToObj(Integer::toString);
    server.call(Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), slots).toArray(String[]::new));
  }

  private void meet(List<ClusterServer> others) {
    ClusterServer first = servers.get(0);
    for (ClusterServer other : others) {
      if (other != first) {
        other.call("CLUSTER", "MEET", "127.0.0.1", Integer.toString(first.port()));
      }
    }
    Waits.until("all know each other", PATIENCE, () -> servers.stream().allMatch(this::knowsAll));
  }

  private boolean knowsAll(ClusterServer server) {
    String[] lines = server.call("CLUSTER", "NODES").strip().split("\n");
    return lines.length == servers.size()
        && Arrays.stream(lines).noneMatch(line -> line.contains("handshake"));
  }

  /** Returns the servers, the masters of the beginning first. */
  public List<ClusterServer> servers() {
    return List.copyOf(servers);
  }

  /** {@code host:port} of each server. */
  public List<String> addresses() {
    return servers.stream().map(ClusterServer::address).toList();
  }

  /** Returns the slot of a key. */
  public int slot(String key) {
    return Integer.parseInt(anyRunning().call("CLUSTER", "KEYSLOT", key));
  }

  /** Returns the master that serves a key. */
  public ClusterServer masterOf(String key) {
    return masterOf(slot(key));
  }

  /** Returns the server that says of itself that it serves a slot; waits until there is one. */
  public ClusterServer masterOf(int slot) {
    List<ClusterServer> found = new CopyOnWriteArrayList<>();
    Waits.until(
        "somebody serves slot " + slot,
        () -> {
          masters()
              .filter(server -> claims(server).anyMatch(range -> holds(range, slot)))
              .findFirst()
              .ifPresent(found::add);
          return !found.isEmpty();
        });
    return found.get(0);
  }

  /** Returns the slots that a server serves. */
  public List<Integer> slotsOf(ClusterServer server) {
    List<String> ranges = claims(server).toList();
    return IntStream.range(0, SLOTS)
        .filter(slot -> ranges.stream().anyMatch(range -> holds(range, slot)))
        .boxed()
        .toList();
  }

  /** Returns what a server says that it serves itself. */
  private static Stream<String> claims(ClusterServer server) {
    return nodes(server).filter(ClusterServers::isItself).flatMap(ClusterServers::ranges);
  }

  /** Returns the one who serves a slot, as one of the others sees it. */
  private ClusterServer masterOf(int slot, ClusterServer asked) {
    String[] owner =
        nodes(asked)
            .filter(words -> ranges(words).anyMatch(range -> holds(range, slot)))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("nobody serves slot " + slot));
    return servers.stream()
        .filter(server -> owner[1].startsWith(server.address() + "@"))
        .findFirst()
        .orElseThrow();
  }

  /** Returns what a server says of each, in words. */
  private static Stream<String[]> nodes(ClusterServer server) {
    return server.call("CLUSTER", "NODES").strip().lines().map(line -> line.split(" "));
  }

  private static boolean isItself(String[] words) {
    return words[2].contains("myself");
  }

  private static Stream<String> ranges(String[] words) {
    return Arrays.stream(words).skip(8);
  }

  private static boolean holds(String range, int slot) {
    if (range.startsWith("[")) {
      return false;
    }
    String[] ends = range.split("-");
    int from = Integer.parseInt(ends[0]);
    return from <= slot && slot <= Integer.parseInt(ends[ends.length - 1]);
  }

  private ClusterServer anyRunning() {
    return servers.stream().filter(ClusterServers::answers).findFirst().orElseThrow();
  }

  private static boolean answers(ClusterServer server) {
    return server.isRunning() && RedisPing.answers("127.0.0.1", server.port());
  }

  /** Adds a master, which serves no slot yet. */
  public ClusterServer add() {
    ClusterServer server = new ClusterServer(binary);
    servers.add(server);
    meet(List.of(server));
    Waits.until("it knows the masters", PATIENCE, () -> knowsMasters(server));
    return server;
  }

  private boolean knowsMasters(ClusterServer server) {
    return seesAllSlots(server)
        && IntStream.of(0, SLOTS / 2, SLOTS - 1)
            .allMatch(slot -> masterOf(slot, server).isMaster());
  }

  /**
   * Moves a slot with its keys to another master, as an operator's tool does. A master gives itself
   * the greatest configuration epoch that it knows for it. If it does not know yet of one that is
   * greater, from a move just before, it loses the slot again, and with it the keys.
   */
  public void move(int slot, ClusterServer to) {
    ClusterServer from = masterOf(slot);
    Waits.until("epochs are known", PATIENCE, () -> knowsEpochs(to));
    beginMove(slot, from, to);
    moveKeys(slot, from, to);
    endMove(slot, from, to);
    Waits.until("all know of the move", PATIENCE, () -> isKnown(slot, to));
  }

  private boolean knowsEpochs(ClusterServer server) {
    Map<String, Long> known = new HashMap<>();
    nodes(server).forEach(words -> known.put(words[0], Long.parseLong(words[EPOCH])));
    return masters()
        .flatMap(ClusterServers::nodes)
        .filter(ClusterServers::isItself)
        .allMatch(words -> known.getOrDefault(words[0], -1L) >= Long.parseLong(words[EPOCH]));
  }

  private boolean isKnown(int slot, ClusterServer owner) {
    return masters().allMatch(server -> masterOf(slot, server) == owner);
  }

  private Stream<ClusterServer> masters() {
    return servers.stream().filter(server -> answers(server) && server.isMaster());
  }

  /** From now on keys that are missing at the one are asked for at the other. */
  public void beginMove(int slot, ClusterServer from, ClusterServer to) {
    String number = Integer.toString(slot);
    to.call("CLUSTER", "SETSLOT", number, "IMPORTING", from.id());
    from.call("CLUSTER", "SETSLOT", number, "MIGRATING", to.id());
  }

  public void moveKeys(int slot, ClusterServer from, ClusterServer to) {
    String port = Integer.toString(to.port());
    String number = Integer.toString(slot);
    for (String keys = keys(from, number); !keys.isEmpty(); keys = keys(from, number)) {
      List<String> words =
          new ArrayList<>(List.of("MIGRATE", "127.0.0.1", port, "", "0", "10000", "KEYS"));
      words.addAll(List.of(keys.split("\n")));
      from.call(words.toArray(String[]::new));
    }
  }

  private static String keys(ClusterServer server, String slot) {
    return server.call("CLUSTER", "GETKEYSINSLOT", slot, "100");
  }

  /** The new one hears it first: then there is always one who serves it. */
  public void endMove(int slot, ClusterServer from, ClusterServer to) {
    String id = to.id();
    List<ClusterServer> all = new ArrayList<>(List.of(to, from));
    servers.stream()
        .filter(server -> !all.contains(server) && answers(server) && server.isMaster())
        .forEach(all::add);
    all.forEach(server -> setOwner(server, slot, id));
  }

  /** A server that has lost its last slot follows the new owner, and has nothing to be set. */
  private static void setOwner(ClusterServer server, int slot, String id) {
    try {
      server.call("CLUSTER", "SETSLOT", Integer.toString(slot), "NODE", id);
    } catch (IllegalStateException e) {
      if (server.isMaster()) {
        throw e;
      }
    }
  }

  /** Waits until another one has taken the place of a master. */
  public void awaitAnother(ClusterServer before, int slot) {
    Waits.until(
        "another master is promoted",
        PATIENCE,
        () -> {
          ClusterServer asked =
              servers.stream()
                  .filter(server -> server != before && answers(server))
                  .findFirst()
                  .orElseThrow();
          ClusterServer now = masterOf(slot, asked);
          return now != before && now.isMaster() && seesAllSlots(asked);
        });
  }

  private static boolean seesAllSlots(ClusterServer server) {
    String info = server.call("CLUSTER", "INFO");
    return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS);
  }

  /** Waits until all servers run, see all slots served, and replicas have their data. */
  public void awaitWhole() {
    servers.stream().filter(server -> !server.isRunning()).forEach(ClusterServer::start);
    Waits.until(
        "the cluster is whole",
        PATIENCE,
        () ->
            servers.stream()
                .allMatch(
                    server ->
                        knowsMasters(server)
                            && !server.call("CLUSTER", "NODES").contains("fail")
                            && isInSync(server)));
  }

  private static boolean isInSync(ClusterServer server) {
    String info = server.call("INFO", "replication");
    return info.contains("role:master") || info.contains("master_link_status:up");
  }

  @Override
  public void close() {
    servers.forEach(ClusterServer::close);
  }
}
