package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.wire.Lane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Redis away, full, older, elsewhere, or in another hour. */
final class StoreFaults {
  private static final Duration MOMENT = Duration.ofSeconds(2);

  private StoreFaults() {}

  static Stream<Scenario> all() {
    return Stream.of(
        restart(3),
        restart(12).longOne(),
        restart(30).longOne(),
        blackHole(8),
        blackHole(20).longOne(),
        Scenario.of("Redis away for longer than sessions linger", stage -> away(stage, 9))
            .on(Scenario.Group.SHORT_LINGER),
        Scenario.of("Redis restarted empty", StoreFaults::empty),
        Scenario.of("Redis restored from an older copy", StoreFaults::olderCopy),
        Scenario.of("Redis full", StoreFaults::full),
        Scenario.of("a lagging replica promoted, and back again", StoreFaults::failover)
            .on(Scenario.Group.REPLICA),
        Scenario.of("Redis' clock an hour forth", stage -> clock(stage, Duration.ofHours(1)))
            .on(Scenario.Group.CLOCK),
        Scenario.of("Redis' clock an hour back", stage -> clock(stage, Duration.ofHours(-1)))
            .on(Scenario.Group.CLOCK));
  }

  private static Scenario restart(int seconds) {
    return Scenario.of(
        "Redis killed and restarted with its data after " + seconds + " s",
        stage -> away(stage, seconds));
  }

  private static void away(Stage stage, int seconds) {
    stage.fault();
    stage.redis().kill();
    notReady(stage, seconds);
    stage.lasts(Duration.ofSeconds(seconds));
    stage.redis().start();
    stage.healed();
    stage.ready(true, stage.cluster()::nodes);
  }

  /** Waits until no node is ready. Nodes need not report that in the first 5 s; later all must. */
  private static void notReady(Stage stage, int seconds) {
    if (seconds > 5) {
      stage.detected(
          "all say that they are not ready",
          () -> stage.cluster().nodes().stream().noneMatch(TestNode::isReady));
    }
  }

  private static Scenario blackHole(int seconds) {
    return Scenario.of(
        "Redis in a black hole for " + seconds + " s",
        stage -> {
          List<Lane> lanes =
              stage.cluster().nodes().stream().flatMap(n -> stage.store(n).stream()).toList();
          stage.fault();
          lanes.forEach(Lane::hold);
          notReady(stage, seconds);
          stage.lasts(Duration.ofSeconds(seconds));
          stage.healed();
          lanes.forEach(Lane::pass);
          stage.ready(true, stage.cluster()::nodes);
        });
  }

  private static void empty(Stage stage) {
    stage.fault();
    losing(stage, Long.MIN_VALUE / 2, stage.redis()::startEmpty);
    stage.healed();
    afterLoss(stage);
  }

  private static void olderCopy(Stage stage) throws Exception {
    Path copy = stage.redis().copyData();
    long copied = System.nanoTime();
    publishSome(stage);
    stage.fault();
    // What was stored while it was copied may be in it or not.
    losing(stage, copied - MOMENT.toNanos(), () -> stage.redis().restoreFrom(copy));
    stage.healed();
    afterLoss(stage);
  }

  /**
   * Runs a fault that loses data. The loss is noted before, too, as refusals for it come at once.
   */
  private static void losing(Stage stage, long since, Runnable fault) {
    stage.load().history().lost(since, System.nanoTime());
    fault.run();
    stage.load().history().lost(since, System.nanoTime());
  }

  private static void afterLoss(Stage stage) {
    stage.ready(true, stage.cluster()::nodes);
    for (WsTestClient client : stage.load().clients()) {
      if (client.hasEnded()) {
        stage.violation("a client was asked not to come back, though nobody holds its session");
      }
    }
  }

  private static void publishSome(Stage stage) {
    History history = stage.load().history();
    int before = history.acknowledgements();
    stage.await(
        "some more is stored",
        MOMENT.multipliedBy(5),
        () -> history.acknowledgements() > before + 50);
  }

  private static void full(Stage stage) {
    stage.fault();
    stage.redis().call("CONFIG", "SET", "maxmemory", "1");
    stage.lasts(Setting.LEASE.multipliedBy(2));
    stage.ready(true, stage.cluster()::nodes);
    stage.redis().call("CONFIG", "SET", "maxmemory", "0");
    stage.healed();
  }

  private static void failover(Stage stage) {
    ReplicatedRedis redis = stage.setting().replicated();
    loseTail(stage, redis);
    redis.follow();
    loseTail(stage, redis);
    redis.follow();
    stage.ready(true, stage.cluster()::nodes);
  }

  private static void loseTail(Stage stage, ReplicatedRedis redis) {
    long lagging = System.nanoTime();
    redis.lag();
    publishSome(stage);
    stage.fault();
    losing(stage, lagging - MOMENT.toNanos(), redis::promote);
    stage.healed();
    afterLoss(stage);
    long now = System.nanoTime();
    stage.await(
        "all read again",
        Duration.ofSeconds(30),
        () -> stage.load().history().allReachedSince(now));
  }

  /** Leases and lingers are of Redis' time; what is stored is not. */
  private static void clock(Stage stage, Duration by) {
    TestRedis redis = stage.redis();
    stage.fault();
    redis.shiftClock(by);
    stage.lasts(Setting.LEASE);
    stage.goesOn();
    stage.healed();
    redis.shiftClock(Duration.ZERO);
    stage.ready(true, stage.cluster()::nodes);
  }
}
