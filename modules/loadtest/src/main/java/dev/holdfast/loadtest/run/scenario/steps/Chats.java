package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Findings;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Users who ask an agent and read its answers: what scenarios of runs have in common. */
public final class Chats {
  public static final String USERS = "users";
  public static final List<String> FLOWS = List.of("runs");

  /** What users of a chat are promised. */
  public static final List<String> PROMISES =
      List.of("connect.p99<2s", "first.p99<5s", "tool.p99<30s", "p99<500ms");

  /** What its nodes have to allow one tenant and one user. */
  public static final Map<String, String> NODES =
      Map.of(
          "runs.tenantRuns", "100000",
          "runs.queued", "100000",
          "runs.userRuns", "100",
          "runs.startsPerMinute", "10000");

  private static final String COMMANDS = "redisCommandsPerToken";

  /** Share of the duration that a short answer takes at most. */
  private static final double SHORT = 0.25;

  /** Runs that one agent's process has at most. */
  private static final int EACH = 500;

  public static final List<FigureKind> FIGURES =
      Figures.join(
          Figures.percentiles(
              "",
              "delivery",
              "from when the agent had to write a token, or its page was loaded, to it"),
          List.of(
              Figures.CONNECT_P99,
              series("start", 99, "from asking to the answer that the run is started"),
              series("first", 50, "from asking to the first event"),
              series("first", 99, "from asking to the first event"),
              series("tool", 99, "from the writing of a tool's result to its receipt"),
              series("snapshot", 99, "from asking for a snapshot to it"),
              series("late", 99, "by how much the agent itself was late, at most in a run"),
              count("finished", "runs that came to their end", "late"),
              count("snapshots", "snapshots that were read", "snapshot"),
              new FigureKind(
                  "tokensPerSecond",
                  "/s",
                  "tokens that came while measuring",
                  f -> f.measured().acknowledged() / Math.max(1e-9, f.measured().seconds())),
              FigureKind.put(COMMANDS, "", "commands of Redis a token, those of scripts too"),
              new FigureKind(
                  "redisMicrosPerToken", "", "µs of Redis' processor a token", Chats::redis)),
          Figures.LEDGER,
          Figures.RATES,
          Figures.SERVER);

  private Chats() {}

  public static Shape shape(Settings settings, Group.Kind kind) {
    int users = settings.connections();
    var group = new Group(USERS, settings.tenant(), users, 0, kind);
    double rate = settings.rate() * users;
    return Shape.of(
        group,
        new Flow(
            FLOWS.get(0),
            USERS,
            Flow.Target.RUN,
            users,
            rate,
            0,
            settings.payload(),
            Flow.Via.HTTP));
  }

  /** Returns how many agents' processes so many users need. */
  public static int agents(Settings settings) {
    return 1 + (settings.connections() - 1) / EACH;
  }

  /** Seconds that an answer takes. */
  public static double length(Settings settings) {
    return settings.payload() / AnswerText.TOKEN / settings.rate();
  }

  /**
   * Measures until nobody asks any more, and waits for the last answers; if these are short, they
   * are measured, too.
   */
  public static void end(Run run) throws InterruptedException {
    run.untilShare(1);
    double began = run.now() - run.measured();
    if (length(run.settings()) > run.settings().duration() * SHORT) {
      run.closeMeasuring();
      run.endMeasuring();
    }
    run.put(COMMANDS, run.server().redisCommandsEach(began + 1));
    run.awaitPublished(FLOWS);
    run.counters().errors().keySet().stream()
        .filter(error -> error.startsWith("run:"))
        .forEach(run::problem);
  }

  private static @Nullable Double redis(Findings findings) {
    Double cpu = findings.measured().redisCpu();
    long tokens = findings.measured().acknowledged();
    return cpu == null || tokens == 0 ? null : (Double) (cpu * 1e6 / tokens);
  }

  public static FigureKind series(String name, double percentile, String meaning) {
    String suffix = percentile == 50 ? ".p50" : percentile == 100 ? ".max" : ".p99";
    return Figures.of(name + suffix, name + "." + USERS, percentile, meaning);
  }

  /** Returns a figure that is the number of values of series. */
  public static FigureKind count(String name, String meaning, String... series) {
    return new FigureKind(
        name,
        "",
        meaning,
        findings -> (double) List.of(series).stream().mapToLong(one -> count(findings, one)).sum());
  }

  private static long count(Findings findings, String series) {
    Histogram histogram = findings.series().get(series + "." + USERS);
    return histogram == null ? 0 : histogram.getTotalCount();
  }
}
