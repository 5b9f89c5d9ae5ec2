package dev.holdfast.testkit.faults;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Lists all scenarios. */
public final class Scenarios {
  private static final List<Scenario> ALL =
      Stream.of(
              NodeFaults.all(),
              WireFaults.all(),
              StoreFaults.all(),
              SentinelFaults.all(),
              ClusterFaults.all(),
              ClientFaults.all(),
              Stream.of(
                  Storm.lasting(Duration.ofSeconds(12)),
                  Storm.lasting(Duration.ofMinutes(10)).longOne()))
          .flatMap(some -> some)
          .toList();

  private Scenarios() {}

  /**
   * Returns the scenarios that are asked for, in an order that keeps groups together.
   *
   * @param wanted {@code ci}: the short ones; {@code all}; or parts of names, commas between
   */
  public static List<Scenario> of(String wanted) {
    return ALL.stream()
        .filter(scenario -> isWanted(scenario, wanted))
        .sorted(java.util.Comparator.comparing(Scenario::group))
        .toList();
  }

  private static boolean isWanted(Scenario scenario, String wanted) {
    return switch (wanted) {
      case "all" -> true;
      case "ci" -> scenario.inCi();
      default -> Arrays.stream(wanted.split(",")).anyMatch(scenario.name()::contains);
    };
  }
}
