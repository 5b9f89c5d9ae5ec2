package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.faults.FaultTable;
import dev.holdfast.testkit.faults.Outcome;
import dev.holdfast.testkit.faults.Play;
import dev.holdfast.testkit.faults.Scenario;
import dev.holdfast.testkit.faults.Scenarios;
import dev.holdfast.testkit.faults.Setting;
import dev.holdfast.testkit.wire.Wires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fault suite. {@code -Dholdfast.faults} says which: {@code ci}, {@code all}, or parts of
 * names; {@code -Dholdfast.repeat} how often. Its table is in {@code target/faults.md}.
 */
@ExtendWith(ClusterExtension.class)
class FaultsIT {
  private static final Logger LOG = LoggerFactory.getLogger(FaultsIT.class);
  private static final FaultTable TABLE = new FaultTable();

  private static Scenario.Group group;
  private static Setting setting;
  private static BusService service;

  @TestFactory
  Stream<DynamicTest> everyFaultIsSurvivedInTime() {
    assumeTrue(Wires.canBeHad(), "this system does not say which process opened a connection");
    int times = Integer.getInteger("holdfast.repeat", 1);
    List<Scenario> scenarios = Scenarios.of(System.getProperty("holdfast.faults", "ci"));
    return scenarios.stream()
        .flatMap(
            scenario ->
                IntStream.rangeClosed(1, times)
                    .mapToObj(
                        n ->
                            DynamicTest.dynamicTest(
                                scenario + ", " + n + " of " + times, () -> play(scenario))));
  }

  private static void play(Scenario scenario) {
    stand(scenario.group());
    Outcome outcome =
        new Play(setting, scenario).outcome(cluster -> new FaultLoad(cluster, service));
    TABLE.add(outcome);
    if (!outcome.violations().isEmpty()) {
      // What it left may fail the next one, too.
      String logs = setting.cluster().logTails();
      leave();
      assertEquals(List.of(), outcome.violations(), logs);
    }
  }

  private static void stand(Scenario.Group wanted) {
    if (setting != null && wanted == group) {
      return;
    }
    leave();
    group = wanted;
    setting = Setting.of(wanted);
    service = BusService.join(setting.cluster(), "orders");
  }

  private static void leave() {
    if (service != null) {
      service.close();
      service = null;
    }
    if (setting != null) {
      setting.close();
      setting = null;
    }
  }

  @AfterAll
  static void printOutcomes() throws IOException {
    leave();
    String table = TABLE.text();
    LOG.info("Faults:\n{}", table);
    Files.writeString(Path.of("target", "faults.md"), table);
  }
}
