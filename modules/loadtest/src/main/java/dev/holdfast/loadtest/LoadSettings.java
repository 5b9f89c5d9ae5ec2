package dev.holdfast.loadtest;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.Settings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how much load there is. */
final class LoadSettings {
  private static final String TENANT = "load";
  private static final double MINUTE = 60;
  private static final double MOST_MINUTES = 1_440;
  private static final double NEVER_USED = 1;

  @Option(names = "--connections", paramLabel = "N", description = "Number of clients.")
  private @Nullable Integer connections;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Publications per second, all channels together.")
  private @Nullable Double rate;

  @Option(
      names = "--payload",
      paramLabel = "BYTES",
      description = "Size of the JSON of each publication.")
  private @Nullable Integer payload;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = Seconds.class,
      description = "Time to measure: 30s, 5m, 2h.")
  private @Nullable Double duration;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      converter = Seconds.class,
      description = "Time under load before the measurement begins.")
  private @Nullable Double warmup;

  @Option(
      names = "--connect-rate",
      paramLabel = "N",
      description = "Connects per second, all clients together; default: as fast as possible.")
  private double connectRate;

  @Option(
      names = "--tenant",
      description = "Tenant of the clients; default: that of --token, otherwise 'load'.")
  private @Nullable String tenant;

  @Option(
      names = "--via",
      description = "Way to publish: bus or http; default bus if the target's bus can be joined.")
  private Flow.@Nullable Via via;

  @Option(
      names = "--limit",
      paramLabel = "MINUTES",
      defaultValue = "30",
      description = "Longest time for a run, 1 to 1440; default 30.")
  private double limit;

  /**
   * @param bus whether the target's can be joined
   * @param tokenTenant that of the token, if there is one that says it
   * @throws IllegalArgumentException with a message for people
   */
  Settings of(Scenario scenario, boolean bus, @Nullable String tokenTenant) {
    Defaults defaults = scenario.defaults();
    if (via == Flow.Via.BUS && !bus) {
      throw new IllegalArgumentException(
          "--via bus needs --members and --cluster, the address of the bus of the target");
    }
    Targets.need(limit >= 1 && limit <= MOST_MINUTES, "--limit: 1 to 1440 minutes, not " + limit);
    return new Settings(
        connections == null ? defaults.connections() : connections,
        chosen(scenario, "--rate", rate, defaults.rate()),
        (int) chosen(scenario, "--payload", payload, defaults.payload(), 200),
        chosen(scenario, "--warmup", warmup, defaults.warmup(), 0),
        chosen(scenario, "--duration", duration, defaults.duration(), NEVER_USED),
        connectRate,
        tenant(tokenTenant),
        via != null ? via : bus ? Flow.Via.BUS : Flow.Via.HTTP,
        limit * MINUTE);
  }

  private String tenant(@Nullable String tokenTenant) {
    if (tenant != null && tokenTenant != null && !tenant.equals(tokenTenant)) {
      throw new IllegalArgumentException(
          "--tenant %s is not that of the --token, %s".formatted(tenant, tokenTenant));
    }
    return tenant != null ? tenant : tokenTenant != null ? tokenTenant : TENANT;
  }

  private static double chosen(
      Scenario scenario, String option, @Nullable Number given, @Nullable Number standard) {
    return chosen(scenario, option, given, standard, NEVER_USED);
  }

  private static double chosen(
      Scenario scenario,
      String option,
      @Nullable Number given,
      @Nullable Number standard,
      double unused) {
    if (given != null && standard == null) {
      throw new IllegalArgumentException(
          "%s has no setting %s".formatted(scenario.name(), option.toLowerCase(Locale.ROOT)));
    }
    return given != null ? given.doubleValue() : standard == null ? unused : standard.doubleValue();
  }
}
