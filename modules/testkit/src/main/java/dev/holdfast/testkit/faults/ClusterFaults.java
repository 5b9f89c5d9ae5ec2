package dev.holdfast.testkit.faults;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.topology.Slots;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.redis.ClusterServer;
import dev.holdfast.testkit.redis.ClusterServers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Faults of a Redis Cluster: masters that go and are replaced by their replicas, slots that move.
 * What had not reached a replica is lost, and has to be reported as a gap.
 */
final class ClusterFaults {
  private static final String LEASES = "{nodes}";
  private static final int MOVES = 2;

  private ClusterFaults() {}

  static Stream<Scenario> all() {
    return Stream.of(
        Scenario.of("slots of a Redis Cluster moved under load", ClusterFaults::moved)
            .on(Scenario.Group.CLUSTER),
        Scenario.of("a master of a Redis Cluster killed", ClusterFaults::kill)
            .on(Scenario.Group.CLUSTER)
            .longOne(),
        Scenario.of("the master of the leases killed", ClusterFaults::killOfLeases)
            .on(Scenario.Group.CLUSTER)
            .longOne(),
        Scenario.of("a master of a Redis Cluster paused, and back", ClusterFaults::pause)
            .on(Scenario.Group.CLUSTER)
            .longOne(),
        Scenario.of("a node on a Redis Cluster killed", ClusterFaults::node)
            .on(Scenario.Group.CLUSTER)
            .longOne(),
        Scenario.of("a master added to a Redis Cluster", ClusterFaults::added)
            .on(Scenario.Group.CLUSTER)
            .longOne());
  }

  /** There and back. */
  private static void moved(Stage stage) {
    ClusterServers redis = stage.setting().servers();
    redis.awaitWhole();
    stage.fault();
    long since = System.nanoTime();
    stage.note(
        () -> "waited at most: %s".formatted(stage.load().history().longestWait(c -> true, since)));
    for (int i = 0; i < MOVES; i++) {
      for (int slot : slots(stage)) {
        ClusterServer before = redis.masterOf(slot);
        redis.move(slot, another(redis, before));
        redis.move(slot, before);
      }
      stage.goesOn();
    }
    stage.healed();
    stage.ready(true, stage.cluster()::nodes);
  }

  private static void added(Stage stage) {
    ClusterServers redis = stage.setting().servers();
    redis.awaitWhole();
    stage.fault();
    ClusterServer added = redis.add();
    for (int slot : slots(stage)) {
      redis.move(slot, added);
    }
    stage.healed();
    stage.ready(true, stage.cluster()::nodes);
  }

  /** The slots of the leases, of some channels, the topics among them, and of some sessions. */
  private static Set<Integer> slots(Stage stage) {
    ClusterServers redis = stage.setting().servers();
    String tenant = stage.load().tenant();
    var slots = new LinkedHashSet<Integer>();
    slots.add(redis.slot(LEASES));
    Stream.concat(
            keys(redis, "hf:log:{" + tenant + "/t*").limit(3),
            Stream.concat(
                keys(redis, "hf:log:{" + tenant + "/user:*").limit(2),
                keys(redis, "hf:sess:{" + tenant + ":*").limit(2)))
        .forEach(key -> slots.add(redis.slot(key)));
    return slots;
  }

  private static Stream<String> keys(ClusterServers redis, String pattern) {
    return redis.servers().stream()
        .filter(ClusterServer::isMaster)
        .flatMap(server -> server.call("KEYS", pattern).lines())
        .sorted();
  }

  private static ClusterServer another(ClusterServers redis, ClusterServer than) {
    return redis.servers().stream()
        .filter(server -> server != than && server.isMaster())
        .findFirst()
        .orElseThrow();
  }

  private static void kill(Stage stage) {
    ClusterServers redis = stage.setting().servers();
    redis.awaitWhole();
    ClusterServer ofLeases = redis.masterOf(LEASES);
    promoted(stage, another(redis, ofLeases), ClusterServer::kill);
  }

  private static void killOfLeases(Stage stage) {
    ClusterServers redis = stage.setting().servers();
    redis.awaitWhole();
    promoted(stage, redis.masterOf(LEASES), ClusterServer::kill);
  }

  /** When it goes on, it takes itself for the master until another one corrects it. */
  private static void pause(Stage stage) {
    ClusterServers redis = stage.setting().servers();
    redis.awaitWhole();
    ClusterServer paused = another(redis, redis.masterOf(LEASES));
    promoted(stage, paused, ClusterServer::pause);
    stage.goesOn();
    paused.resume();
    stage.healed();
    redis.awaitWhole();
    stage.ready(true, stage.cluster()::nodes);
  }

  private static void node(Stage stage) {
    stage.setting().servers().awaitWhole();
    TestNode node = stage.fullest();
    stage.fault();
    node.kill();
    stage.ready(true, () -> stage.others(node));
  }

  /** Says how long publications waited, to channels of a shard and to others. */
  private static String waits(Stage stage, List<Integer> served, long since) {
    String tenant = stage.load().tenant();
    Predicate<String> of =
        name -> served.contains(Slots.of(Keys.meta(new Channel(tenant, ChannelName.parse(name)))));
    History history = stage.load().history();
    return "waited at most: channels of the shard %d ms, others %d ms"
        .formatted(
            history.longestWait(of, since).toMillis(),
            history.longestWait(of.negate(), since).toMillis());
  }

  /** Does something to a master, and waits until its replica has taken its place. */
  private static void promoted(Stage stage, ClusterServer master, Consumer<ClusterServer> fault) {
    ClusterServers redis = stage.setting().servers();
    List<Integer> served = redis.slotsOf(master);
    History history = stage.load().history();
    long since = System.nanoTime();
    stage.fault();
    stage.note(() -> waits(stage, served, since));
    // Known before it is seen: a gap that is reported from now on may be right.
    history.lost(since, System.nanoTime());
    fault.accept(master);
    redis.awaitAnother(master, served.get(0));
    history.lost(since, System.nanoTime());
    stage.healed();
    stage.ready(true, stage.cluster()::nodes);
  }
}
