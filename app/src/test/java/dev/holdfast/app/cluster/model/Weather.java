package dev.holdfast.app.cluster.model;

import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.faults.ReplicatedRedis;
import dev.holdfast.testkit.faults.Setting;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Wires;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** What happens to the whole cluster while the model's runs of one batch go on. */
enum Weather {
  /** Nodes are killed, or paused until they are taken for dead. */
  NODES {
    @Override
    void blow(Sky sky) {
      TestNode node = sky.anyNode();
      if (sky.random.nextBoolean()) {
        sky.trace.add(node.id() + " is killed");
        sky.alone(node::kill);
      } else {
        sky.trace.add(node.id() + " is paused until it is taken for dead");
        sky.alone(() -> sky.pauseUntilDead(node));
      }
    }
  },

  /** A lagging replica takes over; mostly what was the primary is it again later. */
  FAILOVER {
    @Override
    void blow(Sky sky) {
      ReplicatedRedis redis = sky.setting.replicated();
      long lagging = System.nanoTime() - MARGIN.toNanos();
      sky.trace.add("the replica lags");
      redis.lag();
      sky.models.forEach(model -> model.rare().readsAndLeaves());
      sky.lasts(300 + sky.random.nextInt(1_200));
      sky.trace.add("the replica takes over");
      redis.promote();
      sky.models.forEach(model -> model.history().lost(lagging, System.nanoTime()));
      sky.lasts(sky.random.nextInt(1_000));
      redis.follow();
      if (sky.random.nextInt(4) > 0) {
        sky.trace.add("and back");
        long back = System.nanoTime() - MARGIN.toNanos();
        redis.promote();
        // What the one before took while the other was being notified, it took for itself.
        sky.models.forEach(model -> model.history().lost(back, System.nanoTime()));
        redis.follow();
      }
      sky.models.forEach(model -> model.rare().returns(sky.anyNode().url()));
    }

    @Override
    boolean loses() {
      return true;
    }

    @Override
    boolean sparesWorkers() {
      return false;
    }
  },

  /**
   * From an attach on, what a node sent to Redis is read when its client has attached elsewhere.
   */
  LATE {
    @Override
    void blow(Sky sky) {
      TestNode node = sky.anyNode();
      Lane lane = sky.setting.cluster().wires().lane(node.id(), Wires.REDIS);
      lane.strandFrom(bytes -> names(bytes, ATTACHES));
      sky.waits(SOON, () -> lane.late() > 0);
      sky.trace.add("an Attach at " + node.id() + " is late");
      if (sky.random.nextBoolean()) {
        sky.trace.add("with all that is on its way to Redis there");
        lane.strand();
      }
      sky.lasts(14_000 + sky.random.nextInt(4_000));
    }

    /** Nobody attaches after it, which would hide it. */
    @Override
    void ends(Sky sky) {
      for (TestNode node : sky.setting.cluster().nodes()) {
        Lane lane = sky.setting.cluster().wires().lane(node.id(), Wires.REDIS);
        lane.pass();
        sky.waits(SOON, () -> lane.late() == 0);
      }
      sky.trace.add("it is read");
    }

    @Override
    boolean pauses() {
      return false;
    }

    @Override
    boolean countsAttempts() {
      return false;
    }

    @Override
    boolean sparesWorkers() {
      return false;
    }
  },

  /** Notices about sessions are lost between nodes. */
  NOTICES {
    @Override
    void blow(Sky sky) {
      sky.trace.add("notices are lost");
      sky.lanes().forEach(lane -> lane.drop(frame -> names(frame, "sessions.NodeNotice$")));
      sky.lasts(2_000);
    }
  },

  /** Hints are lost while Redis answers late. */
  HINTS {
    @Override
    void blow(Sky sky) {
      for (int i = 0; i < 4; i++) {
        TestNode node = sky.anyNode();
        sky.trace.add("hints to " + node.id() + " are lost");
        var dice = new Random(sky.random.nextLong());
        sky.slow(node, Duration.ofMillis(300 + sky.random.nextInt(1_000)));
        sky.loseHints(node, () -> chance(dice, 2));
        sky.lasts(500 + sky.random.nextInt(1_000));
        sky.setting.cluster().wires().mend();
        sky.lasts(sky.random.nextInt(500));
      }
    }

    @Override
    void ends(Sky sky) {
      new LostTwice(sky, sky.anyNode(), sky.anyModel()).play();
    }
  },

  /** Redis is full, and has room again. */
  FULL {
    @Override
    void blow(Sky sky) {
      for (int i = 0; i < 2; i++) {
        sky.trace.add("Redis is full");
        sky.setting.replicated().primary().call("CONFIG", "SET", "maxmemory", "1");
        sky.lasts(500 + sky.random.nextInt(1_500));
        sky.setting.replicated().primary().call("CONFIG", "SET", "maxmemory", "0");
        sky.lasts(sky.random.nextInt(1_000));
      }
    }
  },

  /** Nothing; clients' doings alone. */
  CALM {
    @Override
    void blow(Sky sky) {}
  };

  private static final Duration MARGIN = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int HEADER = 600;

  /** A client's permissions, in the arguments of no other script. */
  private static final String ATTACHES = "subscribe:*";

  abstract void blow(Sky sky);

  /** When all have done what they do. */
  void ends(Sky sky) {}

  /** Whether runs may pause nodes under their clients. */
  boolean pauses() {
    return true;
  }

  /** Whether clients count their attempts to connect: those that don't are open to late ones. */
  boolean countsAttempts() {
    return true;
  }

  /** Whether Redis comes back to an older state. */
  boolean loses() {
    return false;
  }

  /** Whether a worker that goes on can always renew its lease. */
  boolean sparesWorkers() {
    return true;
  }

  private static boolean names(byte[] frame, String type) {
    int length = Math.min(frame.length, HEADER);
    return new String(frame, 0, length, StandardCharsets.ISO_8859_1).contains(type);
  }

  private static synchronized boolean chance(Random dice, int of) {
    return dice.nextInt(of) == 0;
  }

  /** What there is to be blown at. */
  static final class Sky {
    final Setting setting;
    final Random random;
    final List<Model> models;
    final List<RunsPlay> plays;
    final List<String> trace = new ArrayList<>();

    Sky(Setting setting, long seed, List<Model> models, List<RunsPlay> plays) {
      this.setting = setting;
      this.random = new Random(seed);
      this.models = models;
      this.plays = plays;
    }

    TestNode anyNode() {
      List<TestNode> nodes = setting.cluster().nodes();
      return nodes.get(random.nextInt(nodes.size()));
    }

    Model anyModel() {
      return models.get(random.nextInt(models.size()));
    }

    /** What Redis answers to this node comes late. */
    void slow(TestNode node, Duration late) {
      setting.cluster().wires().lane(Wires.REDIS, node.id()).delay(late);
    }

    /** Loses the hints to this node for which it says so. */
    void loseHints(TestNode node, BooleanSupplier lost) {
      to(node)
          .forEach(
              lane ->
                  lane.drop(frame -> names(frame, "channels.Hint$Batch") && lost.getAsBoolean()));
    }

    /** From the others, over the bus. */
    List<Lane> to(TestNode node) {
      return setting.cluster().nodes().stream()
          .filter(other -> other != node)
          .map(other -> setting.cluster().wires().lane(other.id(), node.id()))
          .toList();
    }

    /** Between all members of the bus. */
    List<Lane> lanes() {
      List<String> parties = new ArrayList<>();
      setting.cluster().nodes().forEach(node -> parties.add(node.id()));
      parties.add(Setting.SERVICES);
      return parties.stream()
          .flatMap(one -> setting.cluster().wires().between(one, parties).stream())
          .distinct()
          .toList();
    }

    /** No run pauses a node meanwhile. */
    void alone(Runnable fault) {
      synchronized (setting.cluster()) {
        fault.run();
      }
    }

    /** Until then, or as long at most: what then does not come is none of this one's business. */
    void waits(Duration most, BooleanSupplier until) {
      long end = System.nanoTime() + most.toNanos();
      Awaitility.await("it comes, or not")
          .atMost(most.plusMinutes(1))
          .pollInterval(Duration.ofMillis(10))
          .until(() -> until.getAsBoolean() || System.nanoTime() >= end);
    }

    void lasts(long millis) {
      long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
      Awaitility.await("it lasts")
          .atMost(Duration.ofMinutes(1))
          .until(() -> System.nanoTime() >= end);
    }

    /** It goes on with all that it holds, which is void by then. */
    void pauseUntilDead(TestNode node) {
      node.pause();
      try {
        List<TestNode> others =
            setting.cluster().nodes().stream().filter(other -> other != node).toList();
        Awaitility.await(node.id() + " is taken for dead")
            .atMost(Duration.ofSeconds(30))
            .until(() -> others.stream().allMatch(other -> other.seesMembers(others.size())));
      } finally {
        node.resume();
      }
    }
  }
}
