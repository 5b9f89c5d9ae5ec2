package dev.holdfast.loadtest.demo;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.run.Coordinator;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import dev.holdfast.loadtest.targets.Fsync;
import dev.holdfast.loadtest.targets.local.OwnCluster;
import dev.holdfast.loadtest.targets.local.OwnClusterConfig;
import dev.holdfast.loadtest.targets.local.Processors;
import dev.holdfast.loadtest.targets.local.Program;
import dev.holdfast.loadtest.targets.local.Scratch;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The demo, from the start of its processes to their end. */
final class Demo {
  private static final String TENANT = "demo";
  private static final int NODES = 3;
  private static final int PAYLOAD = 60;
  private static final double CONNECTS_PER_SECOND = 500;
  private static final double LIMIT_S = 300;
  private static final long GRACE_S = 15;

  /** Small JVMs that start fast. */
  private static final List<String> JVM =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Settings settings;
  private final Screen screen;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean abandoned;

  Demo(int sessions, int rate, Screen screen) {
    this.settings =
        new Settings(
            sessions,
            rate,
            PAYLOAD,
            0,
            DemoScenario.SECONDS,
            CONNECTS_PER_SECOND,
            TENANT,
            Flow.Via.BUS,
            LIMIT_S);
    this.screen = screen;
  }

  /** Returns whether nothing was lost, repeated or reordered, and every session came back. */
  boolean run() throws InterruptedException {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    var scratch = new Scratch("holdfast-demo-");
    boolean good = false;
    try {
      good = run(vertx, scratch);
      return good;
    } finally {
      if (!good && !abandoned) {
        scratch.keepLogs();
        screen.event("FAILED; the logs of its processes are in " + scratch.folder());
      }
      scratch.close();
      vertx.close();
      over.countDown();
    }
  }

  private boolean run(Vertx vertx, Scratch scratch) throws InterruptedException {
    var nodes =
        new OwnClusterConfig(NODES, Program.self(), JVM, Map.of(), Fsync.ALWAYS, Processors.ANY);
    var worker =
        new WorkersConfig(
            1, Program.self(), List.of("load", "worker"), List.of(), null, Processors.ANY);
    var scenario = new DemoScenario(screen);
    screen.event("starting Redis and " + NODES + " nodes");
    try (var cluster = new OwnCluster(nodes, scratch.folder());
        var coordinator = new Coordinator(scenario, settings, cluster, worker, vertx, screen)) {
      // Ctrl-C, too, leaves nothing behind.
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> abandon(coordinator, cluster), "holdfast-demo-stop"));
      Result result = coordinator.run(scratch.folder());
      if (!abandoned) {
        screen.table(result);
      }
      return isGood(result);
    }
  }

  private void abandon(Coordinator coordinator, OwnCluster cluster) {
    if (over.getCount() == 0) {
      return;
    }
    abandoned = true;
    coordinator.interrupt();
    cluster.close();
    try {
      over.await(GRACE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isGood(Result result) {
    LedgerCount ledger = result.ledger();
    boolean exact = ledger.lost() + ledger.duplicated() + ledger.outOfOrder() + ledger.gaps() == 0;
    Counters counters = result.counters();
    boolean back =
        counters.attached() == counters.clients()
            && counters.restarted() == 0
            && counters.resumed() == counters.interrupted()
            && counters.interrupted() > 0;
    return !result.partial() && counters.failed() == 0 && exact && back;
  }
}
