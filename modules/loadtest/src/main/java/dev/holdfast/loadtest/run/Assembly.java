package dev.holdfast.loadtest.run;

import dev.holdfast.core.process.BuildVersion;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Series;
import dev.holdfast.loadtest.run.figures.Findings;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/** Makes the result of a run. */
final class Assembly {
  private static final double MILLIS = 1e3;
  private static final int TICKS_PER_HALF = 5;

  private final Scenario scenario;
  private final Settings settings;
  private final RunState state;
  private final Shape shape;

  Assembly(Scenario scenario, Settings settings, RunState state, Shape shape) {
    this.scenario = scenario;
    this.settings = settings;
    this.state = state;
    this.shape = shape;
  }

  /**
   * @param finished whether the workers have counted what was lost
   */
  Result result(Instant started, Run run, boolean finished) {
    Findings findings = findings(run, finished);
    List<String> problems = new ArrayList<>(Sound.problems(scenario, findings));
    problems.addAll(state.problems());
    problems.addAll(state.saturation().problems(findings));
    double measured = findings.measured().seconds();
    return new Result(
        Result.FORMAT,
        BuildVersion.of(Assembly.class),
        scenario.name(),
        started,
        measured > 0 ? measured : state.timeline().now(),
        !finished,
        problems,
        environment(),
        settings.text(scenario.defaults()),
        Sound.figures(scenario).stream().map(kind -> kind.figure(findings)).toList(),
        findings.ledgers(),
        findings.counters(),
        series(findings.series()),
        state.timeline().seconds(),
        state.marks(),
        List.of());
  }

  private Findings findings(Run run, boolean finished) {
    return new Findings(
        finished,
        state.workers().counters(),
        ledgers(),
        state.recorder().series(),
        shape.groups().get(0).name(),
        state.timeline().measured(),
        run.figures());
  }

  /** Returns the ledgers, without those of channels that got no publication. */
  private Map<String, LedgerCount> ledgers() {
    Map<String, LedgerCount> ledgers = new TreeMap<>(state.workers().ledgers());
    ledgers.values().removeIf(LedgerCount.NONE::equals);
    return ledgers;
  }

  private Map<String, String> environment() {
    var environment = Machine.environment();
    environment.putAll(state.target().environment());
    WorkersConfig workers = state.workersConfig();
    environment.put(
        "workers",
        workers.urls().isEmpty()
            ? workers.local() + " on this machine"
            : workers.urls().stream().map(Object::toString).collect(Collectors.joining(", ")));
    if (!workers.urls().isEmpty()) {
      environment.put("clocks", clocks());
    }
    return environment;
  }

  private String clocks() {
    return state.workers().links().stream()
        .map(link -> "%s ±%.2f ms".formatted(link.name(), link.roundTrip() / 2 / MILLIS))
        .collect(Collectors.joining(", "));
  }

  /** Returns the series; empty ones are left out. */
  private List<Series> series(Map<String, Histogram> histograms) {
    var all = new ArrayList<Series>();
    histograms.forEach(
        (name, histogram) -> {
          if (histogram.getTotalCount() > 0) {
            all.add(series(name, histogram));
          }
        });
    return all;
  }

  private Series series(String name, Histogram histogram) {
    return new Series(
        name,
        meaning(name),
        histogram.getTotalCount(),
        at(histogram, 50),
        at(histogram, 90),
        at(histogram, 99),
        at(histogram, 99.9),
        histogram.getMaxValue() / MILLIS,
        percentiles(histogram));
  }

  private String meaning(String name) {
    for (String word : name.split("\\.")) {
      String meaning = meaningOf(word);
      if (meaning != null) {
        return meaning;
      }
    }
    return "";
  }

  private static @Nullable String meaningOf(String kind) {
    return switch (kind) {
      case "delivery" -> "from the time a publication was due to its receipt";
      case "delivered" -> "from the sending of a publication to its receipt";
      case "ack" -> "from the time a publication was due to its answer";
      case "connect" -> "from dialling to the welcome";
      case "resume" -> "from the loss of a connection to the welcome of the next";
      case "caughtup" -> "from the loss of a connection until every channel is live again";
      case "call" -> "from the time a question was due to its answer";
      default -> null;
    };
  }

  private static double at(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / MILLIS;
  }

  private static List<double[]> percentiles(Histogram histogram) {
    List<double[]> pairs = new ArrayList<>();
    for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
      pairs.add(
          new double[] {value.getPercentileLevelIteratedTo(), value.getValueIteratedTo() / MILLIS});
    }
    return pairs;
  }
}
