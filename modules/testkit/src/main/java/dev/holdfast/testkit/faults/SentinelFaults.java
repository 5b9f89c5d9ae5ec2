package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.redis.SentinelServer;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Masters that go, and sentinels that promote a replica. What had not reached it is lost, and has
 * to be reported as a gap.
 */
final class SentinelFaults {
  private SentinelFaults() {}

  static Stream<Scenario> all() {
    return Stream.of(
        Scenario.of("the master killed, a replica promoted by sentinels", SentinelFaults::kill)
            .on(Scenario.Group.SENTINEL),
        Scenario.of("the master paused, and back as a replica", SentinelFaults::pause)
            .on(Scenario.Group.SENTINEL)
            .longOne(),
        Scenario.of("a replica promoted by an operator's order", SentinelFaults::order)
            .on(Scenario.Group.SENTINEL)
            .longOne(),
        Scenario.of("all sentinels killed, and back", SentinelFaults::withoutSentinels)
            .on(Scenario.Group.SENTINEL)
            .longOne());
  }

  private static void kill(Stage stage) {
    promoted(stage, TestRedis::kill);
  }

  /**
   * Pauses the master. When it goes on, it takes itself for the master until a sentinel corrects
   * it.
   */
  private static void pause(Stage stage) {
    TestRedis before = promoted(stage, TestRedis::pause);
    stage.goesOn();
    before.resume();
    stage.healed();
    stage.setting().sentinels().awaitWhole();
    stage.ready(true, stage.cluster()::nodes);
  }

  private static void order(Stage stage) {
    SentinelRedis redis = stage.setting().sentinels();
    promoted(stage, before -> redis.sentinels().get(0).call("SENTINEL", "FAILOVER", redis.name()));
  }

  private static void withoutSentinels(Stage stage) {
    SentinelRedis redis = stage.setting().sentinels();
    redis.awaitWhole();
    stage.fault();
    redis.sentinels().forEach(SentinelServer::kill);
    stage.lasts(Duration.ofSeconds(8));
    stage.goesOn();
    stage.ready(true, stage.cluster()::nodes);
    redis.sentinels().forEach(SentinelServer::start);
    stage.healed();
    promoted(stage, TestRedis::kill);
  }

  /**
   * Does something to the master, and waits until another one is.
   *
   * @return the master of before
   */
  private static TestRedis promoted(Stage stage, Consumer<TestRedis> fault) {
    SentinelRedis redis = stage.setting().sentinels();
    redis.awaitWhole();
    TestRedis before = redis.master();
    History history = stage.load().history();
    long since = System.nanoTime();
    stage.fault();
    // Known before it is seen: a gap that is reported from now on may be right.
    history.lost(since, System.nanoTime());
    fault.accept(before);
    redis.awaitAnother(before);
    history.lost(since, System.nanoTime());
    stage.healed();
    stage.ready(true, stage.cluster()::nodes);
    for (WsTestClient client : stage.load().clients()) {
      if (client.hasEnded()) {
        stage.violation("a client was asked not to come back, though nobody holds its session");
      }
    }
    return before;
  }
}
