package dev.holdfast.testkit.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Outcomes by scenario, as a table in Markdown. Any thread. */
public final class FaultTable {
  private final Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();

  public synchronized void add(Outcome outcome) {
    outcomes.computeIfAbsent(outcome.scenario(), first -> new ArrayList<>()).add(outcome);
  }

  /** Times in seconds, p50 and max. */
  public synchronized String text() {
    var text =
        new StringBuilder(
            """
            | scenario | good | to detect: p50, max | to recover: p50, max | lost | twice | out of order | gaps |
            |---|---|---|---|---|---|---|---|
            """);
    outcomes.forEach((scenario, runs) -> text.append(row(scenario, runs)));
    return text.toString();
  }

  private static String row(String scenario, List<Outcome> runs) {
    long good = runs.stream().filter(run -> run.violations().isEmpty()).count();
    return String.format(
        Locale.ROOT,
        "| %s | %d of %d | %s | %s | %d | %d | %d | %d |%n",
        scenario,
        good,
        runs.size(),
        times(runs, Outcome::detected),
        times(runs, Outcome::recovered),
        sum(runs, Outcome::lost),
        sum(runs, Outcome::twice),
        sum(runs, Outcome::disordered),
        sum(runs, Outcome::gaps));
  }

  private static long sum(List<Outcome> runs, ToLongFunction<Outcome> of) {
    return runs.stream().mapToLong(of).sum();
  }

  private static String times(List<Outcome> runs, Function<Outcome, Duration> of) {
    List<Duration> all = runs.stream().map(of).filter(Objects::nonNull).sorted().toList();
    return all.isEmpty()
        ? "–"
        : seconds(all.get((all.size() - 1) / 2)) + ", " + seconds(all.get(all.size() - 1));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f", time.toMillis() / 1000.0);
  }
}
