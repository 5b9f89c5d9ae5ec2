package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Wires;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Connections that are broken between nodes that live; a held lane is a network's black hole. */
final class WireFaults {
  private static final Duration PART = Duration.ofSeconds(8);
  private static final Duration LONG = Duration.ofSeconds(9);

  /** A lease and the silence of the others, about seven seconds, with room for a busy machine. */
  private static final Duration LEFT = Duration.ofSeconds(15);

  /** The name of a batch of hints on the bus. */
  private static final String HINTS = "dev.holdfast.channels.Hint$";

  private static final int HEADER = 600;

  private WireFaults() {}

  static Stream<Scenario> all() {
    return Stream.of(
        cut("a node cut from the others", Stage::bus, false),
        cut("a node cut from Redis", Stage::store, true),
        cut("a node cut from the others and from Redis", WireFaults::everything, true),
        cut("a node that Redis hears, and that hears nothing of it", WireFaults::fromRedis, true),
        cut("a node that hears the others, and that nobody hears", WireFaults::toOthers, false),
        Scenario.of("all hints to a node lost for 5 s", stage -> noHints(stage, 5)),
        Scenario.of("all hints to a node lost for 20 s", stage -> noHints(stage, 20)).longOne(),
        Scenario.of("a node killed between an append and its hint", WireFaults::killBeforeHint));
  }

  private static Scenario cut(
      String name, BiFunction<Stage, TestNode, List<Lane>> lanes, boolean fromStore) {
    return Scenario.of(name, stage -> cut(stage, lanes, fromStore ? LONG : PART, fromStore));
  }

  private static void cut(
      Stage stage,
      BiFunction<Stage, TestNode, List<Lane>> lanes,
      Duration duration,
      boolean fromStore) {
    TestNode node = stage.fullest();
    List<Lane> broken = lanes.apply(stage, node);
    stage.fault();
    broken.forEach(Lane::hold);
    if (fromStore) {
      stage.detected(node.id() + " says that it is not ready", () -> !node.isReady());
      stage.ready(true, () -> stage.others(node));
      stage.await(
          "its clients have left it",
          LEFT,
          () ->
              stage.load().clients().stream()
                  .allMatch(
                      client -> client.isConnected() && !node.id().equals(Stage.nodeOf(client))));
    }
    stage.goesOn();
    stage.lasts(duration);
    stage.healed();
    broken.forEach(Lane::pass);
    stage.ready(true, () -> List.of(node));
  }

  private static List<Lane> everything(Stage stage, TestNode node) {
    List<Lane> all = new ArrayList<>(stage.bus(node));
    all.addAll(stage.store(node));
    return all;
  }

  private static List<Lane> fromRedis(Stage stage, TestNode node) {
    return List.of(stage.wires().lane(Wires.REDIS, node.id()));
  }

  private static List<Lane> toOthers(Stage stage, TestNode node) {
    return stage.others(node).stream()
        .map(other -> stage.wires().lane(node.id(), other.id()))
        .toList();
  }

  private static void noHints(Stage stage, int seconds) {
    TestNode node = stage.fullest();
    List<Lane> lanes =
        stage.others(node).stream()
            .map(other -> stage.wires().lane(other.id(), node.id()))
            .toList();
    stage.fault();
    lanes.forEach(lane -> lane.drop(WireFaults::isHint));
    stage.lasts(Duration.ofSeconds(1));
    long lost = System.nanoTime();
    stage.await(
        "what is published is read without hints",
        Duration.ofSeconds(10),
        () -> stage.load().history().allReachedSince(lost));
    stage.goesOn();
    stage.lasts(Duration.ofSeconds(seconds));
    stage.healed();
    lanes.forEach(Lane::pass);
  }

  /**
   * Kills a node before its hint. Its hints are lost for as long as an acknowledgement takes; then
   * it is killed.
   */
  private static void killBeforeHint(Stage stage) {
    TestNode node = stage.fullest();
    stage.fault();
    stage
        .others(node)
        .forEach(other -> stage.wires().lane(node.id(), other.id()).drop(WireFaults::isHint));
    int before = stage.load().history().acknowledgements();
    stage.await(
        "something is stored without a hint",
        Duration.ofSeconds(10),
        () -> stage.load().history().acknowledgements() > before + 10);
    node.kill();
    List<TestNode> others = stage.others(node);
    stage.detected(
        "it is taken for dead",
        () -> others.stream().allMatch(other -> other.seesMembers(others.size())));
    stage.goesOn();
  }

  private static boolean isHint(byte[] frame) {
    int length = Math.min(frame.length, HEADER);
    return new String(frame, 0, length, StandardCharsets.ISO_8859_1).contains(HINTS);
  }
}
