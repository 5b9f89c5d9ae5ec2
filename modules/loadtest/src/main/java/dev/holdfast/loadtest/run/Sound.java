package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Findings;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds what makes the other figures of a run worth nothing: publications that failed, a measuring
 * in which nothing was delivered, a node that is not ready at the end. Each fails a run, unless the
 * figure is asked for otherwise.
 */
public final class Sound {
  static final String NOT_READY = "notReady";

  private static final FigureKind NODES =
      FigureKind.put(NOT_READY, "", "nodes that are not ready at the end");

  private static final FigureKind UNPUBLISHED =
      FigureKind.put("unpublished", "", "channels of clients with a number that nobody published");

  /** Requirements by the name of the figure. */
  private static final Map<String, String> REQUIRED =
      Map.of("failed", "=0", "deliveriesPerSecond", ">0", NOT_READY, "=0", "unpublished", "=0");

  /** A node may be busy for a moment. */
  private static final double READY_S = 10;

  private static final int MOST_ERRORS = 3;

  private Sound() {}

  /** All figures of a scenario, its own first. */
  public static List<FigureKind> figures(Scenario scenario) {
    List<FigureKind> all = new ArrayList<>(scenario.figures());
    all.add(NODES);
    all.add(UNPUBLISHED);
    return all;
  }

  /** Requirements in force where nobody asks for others of the same figure. */
  public static List<String> requirements(Scenario scenario) {
    List<String> all = new ArrayList<>(scenario.requirements());
    figures(scenario).stream()
        .map(FigureKind::name)
        .filter(REQUIRED::containsKey)
        .forEach(name -> all.add(name + REQUIRED.get(name)));
    return all;
  }

  /** Puts how many ledgers hold a number that nobody published. */
  static void putUnpublished(Run run, long ledgers) {
    run.put(UNPUBLISHED.name(), (double) ledgers);
  }

  /** Waits a while for all nodes to be ready, and puts how many are not. */
  static void putNodes(Run run) throws InterruptedException {
    double until = run.now() + READY_S;
    List<TargetNode> missing = notReady(run);
    while (!missing.isEmpty() && run.now() < until) {
      run.pause();
      missing = notReady(run);
    }
    run.put(NOT_READY, (double) missing.size());
  }

  private static List<TargetNode> notReady(Run run) throws InterruptedException {
    List<TargetNode> missing = new ArrayList<>();
    for (TargetNode node : run.target().nodes()) {
      if (!run.faults().hasEnded(node) && !run.target().ready(node)) {
        missing.add(node);
      }
    }
    return missing;
  }

  /** Returns the problems in words, the worst first. */
  static List<String> problems(Scenario scenario, Findings findings) {
    List<String> problems = new ArrayList<>();
    long failed = findings.counters().failed();
    if (failed > 0) {
      problems.add(
          "%,d of %,d publications failed: %s"
              .formatted(failed, findings.counters().published(), errors(findings)));
    }
    boolean delivers =
        scenario.figures().stream().anyMatch(kind -> kind.name().equals("deliveriesPerSecond"));
    if (delivers && findings.finished() && findings.measured().received() == 0) {
      problems.add("nothing was delivered while measuring");
    }
    Double unpublished = findings.put(UNPUBLISHED.name());
    if (unpublished != null && unpublished > 0) {
      problems.add(
          "in %.0f channels of clients came a number that nobody published".formatted(unpublished));
    }
    Double missing = findings.put(NOT_READY);
    if (missing != null && missing > 0) {
      problems.add("%.0f of the nodes are not ready at the end".formatted(missing));
    }
    return problems;
  }

  private static String errors(Findings findings) {
    String most =
        findings.counters().errors().entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(MOST_ERRORS)
            .map(error -> "%s (%,d)".formatted(error.getKey(), error.getValue()))
            .collect(Collectors.joining(", "));
    return most.isEmpty() ? "no reason was given" : most;
  }
}
