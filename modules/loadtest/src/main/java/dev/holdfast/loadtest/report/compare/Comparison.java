package dev.holdfast.loadtest.report.compare;

import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Page;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Figure;
import dev.holdfast.loadtest.report.Result.Series;
import dev.holdfast.loadtest.report.Terminal;
import dev.holdfast.loadtest.report.WholeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Two results side by side; the first is what the second is held against. */
public final class Comparison {
  private static final List<String> SCRIPTS =
      List.of("text.js", "dom.js", "plot.js", "marks.js", "charts.js", "compare.js");

  /** Names that differ between any two runs. They are shown without a warning. */
  private static final Set<String> NEVER_THE_SAME = Set.of("clocks", "load average at the end");

  private final Data data;

  private Comparison(Data data) {
    this.data = data;
  }

  /**
   * @param nameA what to call it, such as its file's name
   */
  public static Comparison of(String nameA, Result a, String nameB, Result b) {
    var differences = new ArrayList<Difference>();
    figures(a, b, differences);
    ledgers(a, b, differences);
    series(a, b, differences);
    var settings = texts(a.settings(), b.settings());
    var environment = texts(a.environment(), b.environment());
    return new Comparison(
        new Data(
            new Side(nameA, a),
            new Side(nameB, b),
            Difference.NOISE,
            warnings(nameA, a, nameB, b, elsewhere(environment)),
            settings,
            environment,
            differences));
  }

  public void print(PrintWriter out, Terminal terminal) {
    new ComparisonTable(data, out, terminal).print();
  }

  /** Writes one page that loads nothing; replaces a file that is there. */
  public void writeHtml(Path file) throws IOException {
    WholeFile.write(file, Page.of(SCRIPTS, data));
  }

  /** Counts the figures that got worse. */
  public int worse() {
    return (int)
        data.differences().stream()
            .filter(each -> each.change() == Difference.Change.WORSE)
            .count();
  }

  private static List<String> warnings(
      String nameA, Result a, String nameB, Result b, boolean elsewhere) {
    var warnings = new ArrayList<String>();
    if (!a.scenario().equals(b.scenario())) {
      warnings.add(
          "Different scenarios, %s and %s: a figure of the same name may mean another thing."
              .formatted(a.scenario(), b.scenario()));
    }
    if (a.partial()) {
      warnings.add(nameA + " is PARTIAL: no figure of it is complete.");
    }
    if (b.partial()) {
      warnings.add(nameB + " is PARTIAL: no figure of it is complete.");
    }
    if (elsewhere) {
      warnings.add("Different environments: a difference may come from the machine.");
    }
    if (!a.version().equals(b.version())) {
      warnings.add("Different versions: %s and %s.".formatted(a.version(), b.version()));
    }
    return warnings;
  }

  private static boolean elsewhere(List<TextDifference> environment) {
    return environment.stream().anyMatch(each -> !NEVER_THE_SAME.contains(each.name()));
  }

  private static List<TextDifference> texts(Map<String, String> a, Map<String, String> b) {
    var names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(a.get(name), b.get(name)))
        .map(name -> new TextDifference(name, a.get(name), b.get(name)))
        .toList();
  }

  private static void figures(Result a, Result b, List<Difference> differences) {
    var ofA = byName(a.figures(), Figure::name);
    var ofB = byName(b.figures(), Figure::name);
    for (var name : both(ofA, ofB)) {
      var one = ofA.get(name);
      var two = ofB.get(name);
      var like = one == null ? two : one;
      if (like != null) {
        differences.add(
            Difference.of(name, like.unit(), like.meaning(), value(one, like), value(two, like)));
      }
    }
  }

  private static @Nullable Double value(@Nullable Figure figure, Figure like) {
    return figure == null || !figure.unit().equals(like.unit()) ? null : figure.value();
  }

  /** Compares the ledgers, but only counts of faults in one of them. */
  private static void ledgers(Result a, Result b, List<Difference> differences) {
    for (var name : both(new TreeMap<>(a.ledgers()), b.ledgers())) {
      var one = a.ledgers().get(name);
      var two = b.ledgers().get(name);
      ledger(name + " lost", one, two, LedgerCount::lost, differences);
      ledger(name + " duplicated", one, two, LedgerCount::duplicated, differences);
      ledger(name + " outOfOrder", one, two, LedgerCount::outOfOrder, differences);
      ledger(name + " in gaps", one, two, LedgerCount::inGaps, differences);
    }
  }

  private static void ledger(
      String name,
      @Nullable LedgerCount a,
      @Nullable LedgerCount b,
      ToDoubleFunction<LedgerCount> count,
      List<Difference> differences) {
    var one = a == null ? null : (Double) count.applyAsDouble(a);
    var two = b == null ? null : (Double) count.applyAsDouble(b);
    if ((one != null && one != 0) || (two != null && two != 0)) {
      differences.add(Difference.of(name, "", "by the ledger", one, two));
    }
  }

  private static void series(Result a, Result b, List<Difference> differences) {
    var ofA = byName(a.series(), Series::name);
    var ofB = byName(b.series(), Series::name);
    for (var name : both(ofA, ofB)) {
      var one = ofA.get(name);
      var two = ofB.get(name);
      latency(name + " p50", one, two, Series::p50, differences);
      latency(name + " p99", one, two, Series::p99, differences);
      latency(name + " p99.9", one, two, Series::p999, differences);
      latency(name + " max", one, two, Series::max, differences);
    }
  }

  private static void latency(
      String name,
      @Nullable Series a,
      @Nullable Series b,
      ToDoubleFunction<Series> latency,
      List<Difference> differences) {
    var one = a == null || a.count() == 0 ? null : (Double) latency.applyAsDouble(a);
    var two = b == null || b.count() == 0 ? null : (Double) latency.applyAsDouble(b);
    var like = a == null ? b : a;
    if (like != null) {
      differences.add(Difference.of(name, "ms", like.meaning(), one, two));
    }
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    return all.stream()
        .collect(Collectors.toMap(name, each -> each, (one, two) -> one, LinkedHashMap::new));
  }

  private static List<String> both(Map<String, ?> a, Map<String, ?> b) {
    var names = new LinkedHashSet<>(a.keySet());
    names.addAll(b.keySet());
    return List.copyOf(names);
  }

  /** The input of the page's script. */
  record Data(
      Side a,
      Side b,
      double noise,
      List<String> warnings,
      List<TextDifference> settings,
      List<TextDifference> environment,
      List<Difference> differences) {}

  /** One of the two results. */
  record Side(String name, Result result) {}

  /** A setting that differs; one of the two may lack it. */
  record TextDifference(String name, @Nullable String a, @Nullable String b) {}
}
