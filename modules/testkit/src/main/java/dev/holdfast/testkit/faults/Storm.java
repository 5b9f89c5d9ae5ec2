package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.wire.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several faults at once, at random. Its seed is in the log, and {@code holdfast.faults.seed}. */
final class Storm {
  private static final Logger LOG = LoggerFactory.getLogger(Storm.class);
  private static final int MOST_AT_ONCE = 3;
  private static final int SHORTEST_MILLIS = 500;
  private static final int LONGEST_MILLIS = 9_000;

  private final Stage stage;
  private final Random random;
  private final List<Ending> under = new ArrayList<>();

  /** A fault under way, and what ends it. */
  private record Ending(String what, long at, Runnable end) {}

  private Storm(Stage stage, long seed) {
    this.stage = stage;
    this.random = new Random(seed);
  }

  static Scenario lasting(Duration duration) {
    return Scenario.of(
            "several at once, at random, for " + duration.toSeconds() + " s",
            stage -> {
              long seed = Long.getLong("holdfast.faults.seed", System.nanoTime() & 0xffffff);
              LOG.info("Storm: again with -Dholdfast.faults.seed={}", seed);
              new Storm(stage, seed).run(duration);
            })
        .within(Duration.ofSeconds(60));
  }

  private void run(Duration duration) {
    stage.fault();
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() < end) {
      if (under.size() < MOST_AT_ONCE) {
        begin();
      }
      long next = System.nanoTime() + (long) (random.nextDouble() * 2e9);
      stage.await("the next", Duration.ofSeconds(60), () -> System.nanoTime() >= next);
      endThose(System.nanoTime());
    }
    stage.await(
        "all end",
        Duration.ofSeconds(60),
        () -> {
          endThose(System.nanoTime());
          return under.isEmpty();
        });
    stage.cluster().startAll();
    stage.healed();
  }

  private void begin() {
    List<TestNode> nodes = stage.cluster().nodes();
    TestNode node = nodes.get(random.nextInt(nodes.size()));
    int millis = SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS);
    int dice = random.nextInt(6);
    boolean sound = node.isRunning() && !node.isPaused();
    switch (dice) {
      case 0 -> put(sound, node.id() + " killed", millis, node::kill, node::launch);
      case 1 -> put(sound, node.id() + " paused", millis, node::pause, node::resume);
      case 2 -> lanes(node.id() + " cut from Redis", millis, stage.store(node));
      case 3 -> lanes(node.id() + " cut from the others", millis, stage.bus(node));
      case 4 -> lanes(node.id() + " cut one way", millis, oneWay(node));
      default ->
          put(
              under.stream().noneMatch(other -> other.what.startsWith("Redis")),
              "Redis killed",
              millis,
              stage.redis()::kill,
              stage.redis()::start);
    }
  }

  private List<Lane> oneWay(TestNode node) {
    List<Lane> both = random.nextBoolean() ? stage.store(node) : stage.bus(node);
    return List.of(both.get(random.nextInt(both.size())));
  }

  private void lanes(String what, int millis, List<Lane> lanes) {
    boolean cut = random.nextBoolean();
    put(
        true,
        what + (cut ? ", reset" : ", held"),
        millis,
        () -> lanes.forEach(cut ? Lane::cut : Lane::hold),
        () -> lanes.forEach(Lane::pass));
  }

  private void put(boolean possible, String what, int millis, Runnable begin, Runnable end) {
    if (possible) {
      LOG.info("Storm: {} for {} ms", what, millis);
      begin.run();
      under.add(new Ending(what, System.nanoTime() + millis * 1_000_000L, end));
    }
  }

  private void endThose(long now) {
    for (Ending one : List.copyOf(under)) {
      if (one.at <= now) {
        under.remove(one);
        one.end.run();
      }
    }
  }
}
