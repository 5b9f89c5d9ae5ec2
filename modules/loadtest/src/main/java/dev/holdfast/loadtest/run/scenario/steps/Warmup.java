package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Load in rounds until the nodes are warm: until what a delivery costs them stands still. What came
 * in the first round is the figures of a cold node. One thread.
 */
public final class Warmup {
  /** Two rounds in a row within this share of the one before are a standstill. */
  private static final double STILL = 0.1;

  private static final int STILL_ROUNDS = 2;
  private static final int MOST_ROUNDS = 12;
  private static final String COLD = "cold";

  private int rounds;
  private int still;
  private @Nullable Double last;

  /** Returns the figures of a scenario with this main group. */
  public static List<FigureKind> figures(String group) {
    String series = COLD + ".delivery." + group;
    return List.of(
        Figures.of("cold.p50", series, 50, "in the first round of the warm-up"),
        Figures.of("cold.p99", series, 99, "in the first round of the warm-up"),
        FigureKind.put("warmupRounds", "", "rounds until what a delivery costs stood still"));
  }

  /** Connects, warms up, measures. */
  public static void run(Run run, String group, String flow) throws InterruptedException {
    List<String> flows = List.of(flow);
    run.connect(group);
    if (run.settings().warmup() > 0) {
      run.phase("warmup");
      new Warmup().rounds(run, flows);
    }
    run.publish(flows, run.settings().duration());
    run.untilBegun();
    run.measure("measure");
    Steady.end(run, flows);
  }

  private void rounds(Run run, List<String> flows) throws InterruptedException {
    run.window(COLD);
    Double cost = round(run, flows);
    run.closeWindow(COLD);
    while (goesOn(cost)) {
      cost = round(run, flows);
    }
    if (cost != null && still < STILL_ROUNDS) {
      run.problem("after %d rounds of warm-up the figures did not stand still".formatted(rounds));
    }
    run.put("warmupRounds", (double) rounds);
  }

  /** Returns whether one more round is needed, after one with this cost or rate, if it is known. */
  public boolean goesOn(@Nullable Double cost) {
    rounds++;
    if (cost == null) {
      return false;
    }
    Double before = last;
    boolean same = before != null && Math.abs(cost - before) <= STILL * before;
    still = same ? still + 1 : 0;
    last = cost;
    return still < STILL_ROUNDS && rounds < MOST_ROUNDS;
  }

  public int rounds() {
    return rounds;
  }

  /**
   * @return seconds of processor time of the nodes for each event received; none: not known
   */
  private static @Nullable Double round(Run run, List<String> flows) throws InterruptedException {
    Double before = run.server().cpuSeconds();
    long received = run.counters().received();
    run.publish(flows, run.settings().warmup());
    run.awaitPublished(flows);
    Double after = run.server().cpuSeconds();
    long more = run.counters().received() - received;
    return before == null || after == null || more == 0 ? null : (Double) ((after - before) / more);
  }
}
