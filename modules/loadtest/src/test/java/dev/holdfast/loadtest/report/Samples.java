package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result.Figure;
import dev.holdfast.loadtest.report.Result.Mark;
import dev.holdfast.loadtest.report.Result.NodeSecond;
import dev.holdfast.loadtest.report.Result.Outcome;
import dev.holdfast.loadtest.report.Result.RedisSecond;
import dev.holdfast.loadtest.report.Result.Second;
import dev.holdfast.loadtest.report.Result.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Results as runs could have them; the same ones each time. */
public final class Samples {
  private static final Instant STARTED = Instant.parse("2026-03-01T12:00:00Z");

  private Samples() {}

  /** Twenty seconds, three nodes of which one is killed and comes back. */
  public static Result small() {
    return sample("kill", 20, 3, List.of("delivery.main", "resume.main", "connect.main"));
  }

  /** Ten minutes, six nodes, twelve latencies. */
  public static Result big() {
    var series = IntStream.range(0, 12).mapToObj(i -> "delivery.group-" + i).toList();
    return sample("soak", 600, 6, series);
  }

  /** One that ended before its time. */
  public static Result partial() {
    var all = small();
    return with(
        all,
        true,
        List.of("Worker 2 of 3 died after 12 s.", "Node n2 did not come back within 30 s."),
        List.of(
            new Outcome("lost=0", "0, but the run is partial", false),
            new Outcome("resume.p99<2s", "not measured", false)));
  }

  /** One that lost something. */
  public static Result failing() {
    var all = small();
    var figures = new ArrayList<>(all.figures());
    figures.set(0, new Figure("lost", 17.0, "", "events that readers never got"));
    var failed =
        with(
            all,
            false,
            List.of("The busiest worker had 0.98 of a core in use: latencies are too high."),
            List.of(new Outcome("lost=0", "17", false), new Outcome("p99<20ms", "3.21 ms", true)));
    return figures(failed, figures);
  }

  public static Result figures(Result of, List<Figure> figures) {
    return new Result(
        of.format(),
        of.version(),
        of.scenario(),
        of.started(),
        of.seconds(),
        of.partial(),
        of.problems(),
        of.environment(),
        of.settings(),
        figures,
        of.ledgers(),
        of.counters(),
        of.series(),
        of.timeline(),
        of.marks(),
        of.requirements());
  }

  public static Result with(
      Result of, boolean partial, List<String> problems, List<Outcome> requirements) {
    return new Result(
        of.format(),
        of.version(),
        of.scenario(),
        of.started(),
        of.seconds(),
        partial,
        problems,
        of.environment(),
        of.settings(),
        of.figures(),
        of.ledgers(),
        of.counters(),
        of.series(),
        of.timeline(),
        of.marks(),
        requirements);
  }

  public static Result scenario(Result of, String scenario, Map<String, String> settings) {
    return texts(of, scenario, of.environment(), settings);
  }

  public static Result environment(Result of, Map<String, String> environment) {
    return texts(of, of.scenario(), environment, of.settings());
  }

  private static Result texts(
      Result of, String scenario, Map<String, String> environment, Map<String, String> settings) {
    return new Result(
        of.format(),
        of.version(),
        scenario,
        of.started(),
        of.seconds(),
        of.partial(),
        of.problems(),
        environment,
        settings,
        of.figures(),
        of.ledgers(),
        of.counters(),
        of.series(),
        of.timeline(),
        of.marks(),
        of.requirements());
  }

  /** Nothing at all was measured. */
  public static Result empty() {
    return new Result(
        Result.FORMAT,
        "0.1.0",
        "idle",
        STARTED,
        0,
        true,
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        Map.of(),
        Counters.NONE,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /** Every text of it is this one. */
  public static Result hostile(String text) {
    var node = new NodeSecond(text, true, 1L, 0.1, 1_000L, 500L);
    var second =
        new Second(
            1, text, 1, 1, 1, 1, 1, 1, 1.0, 2.0, 3.0, 0.1, 100, List.of(node), redis(1, 1000));
    return new Result(
        Result.FORMAT,
        text,
        text,
        STARTED,
        1,
        true,
        List.of(text),
        Map.of(text, text),
        Map.of(text, text),
        List.of(new Figure(text, 1.0, text, text)),
        Map.of(text, new LedgerCount(1, 1, 0, 0, 0, 0, 0)),
        counters(1, Map.of(text, 1L), Map.of(text, 1L)),
        List.of(series(text, text, 1)),
        List.of(second),
        List.of(new Mark(0.5, text, text)),
        List.of(new Outcome(text, text, false)));
  }

  private static Result sample(String scenario, int seconds, int nodes, List<String> names) {
    var killed = seconds / 2;
    return new Result(
        Result.FORMAT,
        "0.1.0",
        scenario,
        STARTED,
        seconds,
        false,
        List.of(),
        environment(),
        settings(nodes),
        figures(),
        ledgers(),
        counters(3000, Map.of("1006", 1000L, "4010", 3L), Map.of("connection reset by peer", 7L)),
        IntStream.range(0, names.size())
            .mapToObj(i -> series(names.get(i), "of the group main, from the intended time", i + 1))
            .toList(),
        IntStream.rangeClosed(1, seconds).mapToObj(t -> second(t, seconds, nodes)).toList(),
        List.of(
            new Mark(0, "phase", "connect"),
            new Mark(seconds * 0.15, "phase", "warmup"),
            new Mark(seconds * 0.25, "phase", "measure"),
            new Mark(killed, "fault", "SIGKILL of n2"),
            new Mark(killed + 3, "recovery", "n2 is back, on the same address"),
            new Mark(seconds * 0.95, "phase", "finish")),
        List.of(new Outcome("lost=0", "0", true), new Outcome("resume.p99<2s", "1.42 s", true)));
  }

  private static Map<String, String> environment() {
    return new TreeMap<>(
        Map.of(
            "os", "Linux 6.1 amd64",
            "java", "OpenJDK 64-Bit Server VM 17.0.15",
            "cores", "2",
            "memory", "16 GB",
            "redis", "7.2.4",
            "target", "own cluster on this machine"));
  }

  private static Map<String, String> settings(int nodes) {
    return new TreeMap<>(
        Map.of("nodes", nodes + "", "connections", "3000", "rate", "500/s", "duration", "20s"));
  }

  private static List<Figure> figures() {
    return List.of(
        new Figure("lost", 0.0, "", "events that readers never got"),
        new Figure("duplicated", 0.0, "", "events that readers got again"),
        new Figure("outOfOrder", 0.0, "", "events that came after a later one"),
        new Figure("resume.p50", 812.0, "ms", "from the loss of the connection to the welcome"),
        new Figure("resume.p99", 1420.0, "ms", "the same, of one in a hundred"),
        new Figure("p50", 0.842, "ms", "delivery, from the intended time of sending"),
        new Figure("p99", 3.21, "ms", "delivery, from the intended time of sending"),
        new Figure("receivedPerSecond", 512_345.0, "/s", "events that readers received"),
        new Figure("receivedPerCpuSecond", 301_000.0, "/s", "the same per second of server CPU"),
        new Figure("rssPerConnection", 41_500.0, "B", "resident memory of all nodes"),
        new Figure("serverCpu", 1.7, "cores", "of all nodes"),
        new Figure("workerCpu", 61.0, "%", "of a core, the busiest worker"),
        new Figure("redisCpu", null, "cores", "of Redis"));
  }

  private static Map<String, LedgerCount> ledgers() {
    return new TreeMap<>(
        Map.of(
            "main.tenant", new LedgerCount(1_500_000, 1_500_000, 0, 0, 0, 0, 0),
            "main.topic", new LedgerCount(4_800_000, 4_799_983, 17, 0, 0, 0, 0),
            "main.user", new LedgerCount(30_000, 29_990, 0, 0, 0, 2, 10)));
  }

  private static Counters counters(
      long clients, Map<String, Long> closes, Map<String, Long> errors) {
    return new Counters(
        clients,
        clients,
        clients,
        clients + 1000,
        10_000,
        9_990,
        10,
        4,
        6_329_973,
        1_265_994_600,
        0,
        1000,
        998,
        2,
        closes,
        errors);
  }

  private static Series series(String name, String meaning, int scale) {
    var percentiles = new ArrayList<double[]>();
    for (double rarity = 1; rarity < 2e5; rarity *= 1.5) {
      percentiles.add(new double[] {100 - 100 / rarity, latency(rarity, scale)});
    }
    percentiles.add(new double[] {100, latency(4e5, scale)});
    return new Series(
        name,
        meaning,
        200_000,
        latency(2, scale),
        latency(10, scale),
        latency(100, scale),
        latency(1000, scale),
        latency(4e5, scale),
        percentiles);
  }

  private static double latency(double rarity, int scale) {
    return 0.4 * scale * scale * (1 + Math.pow(Math.log10(rarity), 2));
  }

  private static Second second(int t, int seconds, int nodes) {
    var connecting = t <= seconds * 0.15;
    var measuring = !connecting && t < seconds * 0.95;
    var wave = 1 + 0.1 * Math.sin(t / 3.0);
    var sent = measuring ? Math.round(500 * wave) : 0;
    var killed = t > seconds / 2 && t <= seconds / 2 + 3;
    var all = connecting ? Math.round(3000 * t / (seconds * 0.15)) : killed ? 2400 : 3000;
    return new Second(
        t,
        connecting ? "connect" : measuring ? t < seconds * 0.25 ? "warmup" : "measure" : "finish",
        sent,
        sent - (killed ? 30 : 0),
        sent * 1000,
        connecting ? Math.round(3000 / (seconds * 0.15)) : killed ? 333 : 0,
        0,
        all,
        sent == 0 ? null : 0.8 * wave,
        sent == 0 ? null : killed ? 950.0 : 3.1 * wave,
        sent == 0 ? null : killed ? 1800.0 : 12 * wave,
        0.5 * wave,
        killed ? 9_000 : 700,
        nodes(t, nodes, all, killed, wave),
        redis(t, 2_000_000 + 5_000L * t));
  }

  private static List<NodeSecond> nodes(int t, int nodes, long all, boolean killed, double wave) {
    return IntStream.rangeClosed(1, nodes)
        .mapToObj(
            n ->
                killed && n == 2
                    ? new NodeSecond("n2", false, null, null, null, null)
                    : new NodeSecond(
                        "n" + n,
                        true,
                        all / nodes,
                        0.3 * wave + n * 0.05,
                        250_000_000L + n * 9_000_000L + t * 40_000L,
                        90_000_000L + (t * 7_000_000L + n * 13_000_000L) % 60_000_000L))
        .toList();
  }

  private static RedisSecond redis(int t, long memory) {
    return new RedisSecond(2500.0 + 100 * Math.cos(t), memory, 3000L + t, 0.12);
  }
}
