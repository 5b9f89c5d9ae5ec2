package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plays one scenario: load, fault, recovery, verdict; then everything is mended. */
public final class Play {
  private static final Logger LOG = LoggerFactory.getLogger(Play.class);
  private static final Duration MENDED = Duration.ofSeconds(90);

  private final Setting setting;
  private final Scenario scenario;
  private final List<String> violations = new ArrayList<>();

  public Play(Setting setting, Scenario scenario) {
    this.setting = setting;
    this.scenario = scenario;
  }

  /**
   * Plays it once.
   *
   * @param loads makes a load of its own on the cluster
   */
  public Outcome outcome(Function<TestCluster, Load> loads) {
    try (Load load = loads.apply(setting.cluster());
        var watch = new Watch(load)) {
      var stage = new Stage(setting, load, watch);
      stage.await("all publish and read before the fault", MENDED, () -> watch.took() != null);
      run(stage);
      stage.await("all publish, read, are answered", left(stage), () -> watch.took() != null);
      Duration recovered = watch.took();
      violations.addAll(stage.violations());
      if (recovered != null) {
        // Otherwise nothing can be said of what was lost, and it has failed anyway.
        mend(stage);
        settle(load);
        stage.notes().forEach(note -> LOG.info("{}: {}", scenario, note));
        violations.addAll(load.violations());
      }
      int gaps = load.clients().stream().mapToInt(Play::gaps).sum();
      var outcome = new Outcome(scenario.name(), stage.detected(), recovered, gaps, violations);
      LOG.info("{}: {}", scenario, outcome);
      return outcome;
    }
  }

  private Duration left(Stage stage) {
    long since = System.nanoTime() - stage.healedAt();
    return scenario.within().minusNanos(Math.min(since, scenario.within().toNanos() - 1));
  }

  /** A script that fails is a violation, too: the rest is judged all the same. */
  private void run(Stage stage) {
    try {
      scenario.script().run(stage);
    } catch (org.opentest4j.TestAbortedException skipped) {
      throw skipped;
    } catch (Exception | AssertionError failed) {
      LOG.warn("{} failed", scenario, failed);
      violations.add("the scenario failed: " + failed);
    }
  }

  private void settle(Load load) {
    try {
      load.settle();
    } catch (RuntimeException | AssertionError late) {
      violations.add("not settled: " + late.getMessage());
    }
  }

  private static int gaps(WsTestClient client) {
    return client.ledger().all(Entry.Gap.class).size();
  }

  /**
   * Makes the cluster whole for the next scenario; a node that is not ready then is a violation of
   * this one.
   */
  private void mend(Stage stage) {
    TestCluster cluster = setting.cluster();
    cluster.wires().mend();
    cluster.nodes().stream().filter(TestNode::isPaused).forEach(TestNode::resume);
    try {
      cluster.startAll();
    } catch (RuntimeException | AssertionError late) {
      violations.add("the cluster did not become whole again: " + late.getMessage());
    }
  }
}
