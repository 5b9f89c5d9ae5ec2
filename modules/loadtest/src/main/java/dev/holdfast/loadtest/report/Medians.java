package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Several runs of one scenario as one result. */
public final class Medians {
  /** A median of these would hide the one run where something went wrong. */
  private static final Set<String> SUMMED =
      Set.of("lost", "duplicated", "outOfOrder", "gaps", "told", "failed", "restarted");

  private final List<Result> runs;

  private Medians(List<Result> runs) {
    this.runs = runs;
  }

  /**
   * The figures' medians with their spread, but the sums of what went wrong (lost, duplicated, out
   * of order, gaps, in gaps, failed, restarted); ledgers and counters summed; the rest from the run
   * with the median of the first latency. It has no requirements: hold it against them anew.
   *
   * @param runs at least one, in the order of time
   * @throws IllegalArgumentException if they are of different scenarios
   */
  public static Result of(List<Result> runs) {
    var scenarios = runs.stream().map(Result::scenario).distinct().toList();
    if (scenarios.size() != 1) {
      throw new IllegalArgumentException(
          "Medians are of runs of one scenario, not of " + scenarios);
    }
    return runs.size() == 1 ? runs.get(0) : new Medians(runs).result();
  }

  private Result result() {
    var middle = middle();
    var settings = new TreeMap<>(middle.settings());
    settings.put("runs", runs.size() + ", these are the medians");
    return new Result(
        Result.FORMAT,
        middle.version(),
        middle.scenario(),
        runs.get(0).started(),
        middle.seconds(),
        runs.stream().anyMatch(Result::partial),
        problems(),
        middle.environment(),
        settings,
        names().stream().map(this::figure).toList(),
        ledgers(),
        runs.stream().map(Result::counters).reduce(Counters.NONE, Counters::plus),
        middle.series(),
        middle.timeline(),
        middle.marks(),
        List.of());
  }

  /** Returns the run in the middle; of an even number, the lower one of the two. */
  private Result middle() {
    var latency =
        runs.get(0).figures().stream().filter(each -> each.unit().equals("ms")).findFirst();
    var measured =
        runs.stream()
            .filter(run -> latency.isPresent() && value(run, latency.get().name()) != null)
            .sorted(Comparator.comparing(run -> value(run, latency.get().name())))
            .toList();
    var sorted = measured.isEmpty() ? runs : measured;
    return sorted.get((sorted.size() - 1) / 2);
  }

  private List<String> names() {
    return runs.stream()
        .flatMap(run -> run.figures().stream())
        .map(Figure::name)
        .distinct()
        .toList();
  }

  private Figure figure(String name) {
    var like =
        runs.stream()
            .flatMap(run -> run.figures().stream())
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    var values =
        runs.stream().map(run -> value(run, name)).filter(Objects::nonNull).sorted().toList();
    if (values.size() < runs.size()) {
      var measured = "measured in %d of %d runs only".formatted(values.size(), runs.size());
      return new Figure(name, null, like.unit(), meaning(like, measured));
    }
    var spread =
        "%d runs: %s – %s"
            .formatted(
                runs.size(),
                Quantity.text(values.get(0), like.unit()),
                Quantity.text(values.get(values.size() - 1), like.unit()));
    return SUMMED.contains(name.substring(name.lastIndexOf('.') + 1))
        ? new Figure(name, sum(values), like.unit(), meaning(like, "sum of " + spread))
        : new Figure(name, median(values), like.unit(), meaning(like, "median of " + spread));
  }

  private static String meaning(Figure like, String spread) {
    return like.meaning() == null || like.meaning().isEmpty()
        ? spread
        : like.meaning() + " (" + spread + ")";
  }

  private static @Nullable Double value(Result run, String name) {
    return run.figures().stream()
        .filter(each -> each.name().equals(name))
        .map(Figure::value)
        .filter(value -> value != null && Double.isFinite(value))
        .findFirst()
        .orElse(null);
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static double median(List<Double> sorted) {
    var half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  private Map<String, LedgerCount> ledgers() {
    var sum = new LinkedHashMap<String, LedgerCount>();
    for (var run : runs) {
      run.ledgers().forEach((name, count) -> sum.merge(name, count, LedgerCount::plus));
    }
    return sum;
  }

  private List<String> problems() {
    var problems = new ArrayList<String>();
    if (runs.stream().map(Result::settings).distinct().count() > 1) {
      problems.add("The runs had different settings; those of one of them are shown.");
    }
    for (int i = 0; i < runs.size(); i++) {
      var run = "Run " + (i + 1) + ": ";
      if (runs.get(i).partial()) {
        problems.add(run + "it did not come to its end.");
      }
      runs.get(i).problems().forEach(problem -> problems.add(run + problem));
    }
    return problems;
  }
}
