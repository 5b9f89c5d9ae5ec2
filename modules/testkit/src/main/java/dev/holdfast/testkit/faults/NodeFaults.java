package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Nodes that are killed, paused, stopped. */
final class NodeFaults {
  private NodeFaults() {}

  static Stream<Scenario> all() {
    return Stream.of(
        Scenario.of("kill -9 of two of three nodes at once", NodeFaults::killTwo),
        pause(3),
        pause(15).longOne(),
        pause(40).longOne(),
        Scenario.of("a reaper killed in mid-reaping", NodeFaults::killReaper),
        Scenario.of("rolling restart under load", NodeFaults::rollingRestart));
  }

  private static void killTwo(Stage stage) {
    TestNode first = stage.fullest();
    List<TestNode> others = stage.others(first);
    stage.fault();
    first.kill();
    others.get(0).kill();
    stage.detected("the third knows to be alone", () -> others.get(1).seesMembers(1));
    stage.goesOn();
  }

  private static Scenario pause(int seconds) {
    return Scenario.of(
        "a node paused for " + seconds + " s", stage -> pause(stage, Duration.ofSeconds(seconds)));
  }

  private static void pause(Stage stage, Duration duration) {
    TestNode node = stage.fullest();
    boolean noticed = duration.compareTo(Setting.LEASE.multipliedBy(2)) > 0;
    stage.fault();
    node.pause();
    if (noticed) {
      List<TestNode> others = stage.others(node);
      stage.detected(
          node.id() + " is taken for dead",
          () -> others.stream().allMatch(other -> other.seesMembers(others.size())));
    }
    stage.goesOn();
    stage.lasts(duration);
    stage.healed();
    node.resume();
  }

  /** Kills a reaper. Its way to Redis is slow, so that it dies in the middle of its work. */
  private static void killReaper(Stage stage) {
    TestNode victim = stage.fullest();
    List<TestNode> others = stage.others(victim);
    others.forEach(other -> stage.store(other).forEach(lane -> lane.delay(Duration.ofMillis(200))));
    stage.fault();
    victim.kill();
    String claims = "hf:claim:{nodes}:" + victim.id() + "@*";
    boolean claimed =
        stage.await(
            "somebody claims " + victim.id(),
            Duration.ofSeconds(30),
            () -> !stage.redis().text("KEYS", claims).isEmpty());
    if (claimed) {
      String claim = stage.redis().text("KEYS", claims).split("\n")[0];
      String reaper = String.valueOf(stage.redis().call("GET", claim));
      others.stream().filter(other -> reaper.startsWith(other.id() + "@")).forEach(TestNode::kill);
    }
    stage.wires().mend();
    TestNode last = others.stream().filter(TestNode::isRunning).findFirst().orElseThrow();
    stage.detected("the last one knows to be alone", () -> last.seesMembers(1));
    stage.goesOn();
  }

  private static void rollingRestart(Stage stage) {
    stage.fault();
    for (TestNode node : stage.cluster().nodes()) {
      node.stop();
      node.start();
      stage.cluster().awaitReady();
    }
    stage.goesOn();
    stage.healed();
  }
}
