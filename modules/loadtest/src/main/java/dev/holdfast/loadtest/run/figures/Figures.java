package dev.holdfast.loadtest.run.figures;

import dev.holdfast.loadtest.plan.LedgerCount;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Figures that several scenarios measure. */
public final class Figures {
  private static final String RESUMED = "from the loss of a connection to the welcome of the next";
  private static final String CAUGHT_UP = "from the loss of a connection until all is caught up";

  public static final List<FigureKind> LEDGER =
      List.of(
          ledger(
              "lost",
              "acknowledged, and neither received nor in a reported gap",
              LedgerCount::lost),
          ledger("duplicated", "received again", LedgerCount::duplicated),
          ledger("outOfOrder", "received after a later one", LedgerCount::outOfOrder),
          ledger("gaps", "gaps that were reported to clients", LedgerCount::gaps),
          ledger("told", "publications that were missing in those gaps", LedgerCount::inGaps),
          ledger("expected", "deliveries that clients were to get", LedgerCount::expected),
          counter("published", "publications", f -> f.counters().published()),
          counter("acknowledged", "of these, stored", f -> f.counters().acknowledged()),
          counter("failed", "of these, refused or given up", f -> f.counters().failed()),
          counter("received", "deliveries to clients", f -> f.counters().received()));

  public static final List<FigureKind> DELIVERY =
      percentiles("", "delivery", "from the time a publication was due to its receipt");

  public static final List<FigureKind> RATES =
      List.of(
          new FigureKind(
              "publishedPerSecond",
              "/s",
              "acknowledged publications while measuring",
              f -> f.measured().perSecond(f.measured().acknowledged())),
          new FigureKind(
              "deliveriesPerSecond",
              "/s",
              "events that clients received while measuring",
              f -> f.measured().perSecond(f.measured().received())),
          new FigureKind(
              "deliveriesPerCpuSecond",
              "",
              "events received per second of the nodes' processor time",
              f -> perCpu(f, f.measured().received())));

  public static final List<FigureKind> SERVER =
      List.of(
          new FigureKind(
              "serverCpu",
              "cores",
              "processors that all nodes used while measuring",
              f -> cores(f, f.measured().serverCpu())),
          new FigureKind(
              "redisCpu",
              "cores",
              "processors that Redis used while measuring",
              f -> cores(f, f.measured().redisCpu())),
          new FigureKind(
              "machineBusy",
              "%",
              "of the processors of the machine of this command while measuring, by everything",
              Figures::machineBusy));

  public static final List<FigureKind> RESUME =
      List.of(
          percentile("resume.p50", "resume", 50, RESUMED),
          percentile("resume.p99", "resume", 99, RESUMED),
          percentile("resume.max", "resume", 100, RESUMED),
          percentile("caughtup.p50", "caughtup", 50, CAUGHT_UP),
          percentile("caughtup.p99", "caughtup", 99, CAUGHT_UP),
          percentile("caughtup.max", "caughtup", 100, CAUGHT_UP),
          counter("interrupted", "connections that were lost", f -> f.counters().interrupted()),
          counter(
              "resumed", "of these, came back as the same session", f -> f.counters().resumed()),
          counter("restarted", "of these, got another session", f -> f.counters().restarted()));

  public static final FigureKind CONNECT_P99 =
      percentile("connect.p99", "connect", 99, "from dialling to the welcome");

  private Figures() {}

  /** {@code p50}, {@code p99} … of one kind of latency of the main group, after a prefix. */
  public static List<FigureKind> percentiles(String prefix, String kind, String meaning) {
    return List.of(
        percentile(prefix + "p50", kind, 50, meaning),
        percentile(prefix + "p99", kind, 99, meaning),
        percentile(prefix + "p999", kind, 99.9, meaning),
        percentile(prefix + "max", kind, 100, meaning));
  }

  public static FigureKind percentile(String name, String kind, double percentile, String meaning) {
    return new FigureKind(
        name,
        "ms",
        share(percentile) + " " + meaning,
        findings -> findings.percentile(kind + "." + findings.main(), percentile));
  }

  /** Returns a figure of a series, by the series' full name. */
  public static FigureKind of(String name, String series, double percentile, String meaning) {
    return new FigureKind(
        name,
        "ms",
        share(percentile) + " " + meaning,
        findings -> findings.percentile(series, percentile));
  }

  private static String share(double percentile) {
    return switch (Settings.text(percentile)) {
      case "50" -> "half:";
      case "100" -> "the longest:";
      default -> Settings.text(percentile) + " %:";
    };
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  public static List<FigureKind> join(List<FigureKind>... parts) {
    var all = new ArrayList<FigureKind>();
    for (var part : parts) {
      all.addAll(part);
    }
    return List.copyOf(all);
  }

  private static FigureKind ledger(String name, String meaning, ToLongFunction<LedgerCount> part) {
    return new FigureKind(name, "", meaning, findings -> findings.ledger(part));
  }

  private static FigureKind counter(String name, String meaning, ToLongFunction<Findings> counter) {
    return new FigureKind(name, "", meaning, f -> (double) counter.applyAsLong(f));
  }

  private static @Nullable Double perCpu(Findings findings, long count) {
    Double cpu = findings.measured().serverCpu();
    return cpu == null || cpu == 0 ? null : (Double) (count / cpu);
  }

  private static @Nullable Double machineBusy(Findings findings) {
    Double busy = findings.measured().machineBusy();
    return busy == null ? null : (Double) (100 * busy);
  }

  private static @Nullable Double cores(Findings findings, @Nullable Double cpuSeconds) {
    double seconds = findings.measured().seconds();
    return cpuSeconds == null || seconds == 0 ? null : (Double) (cpuSeconds / seconds);
  }
}
