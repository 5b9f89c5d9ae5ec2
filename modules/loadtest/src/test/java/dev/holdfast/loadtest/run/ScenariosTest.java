package dev.holdfast.loadtest.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.report.Requirement;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.Scenarios;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenariosTest {
  private static final Set<String> UNITS = Set.of("", "/s", "ms", "B", "%", "cores");

  static Stream<Scenario> all() {
    return Scenarios.ALL.stream();
  }

  @Test
  void eachHasANameOfItsOwn() {
    assertEquals(Scenarios.ALL.size(), new HashSet<>(Scenarios.names()).size());
  }

  @ParameterizedTest
  @MethodSource("all")
  void figuresHaveNamesOfTheirOwnThatCanBeRequired(Scenario scenario) {
    Map<String, String> units = new HashMap<>();
    for (FigureKind kind : scenario.figures()) {
      assertTrue(UNITS.contains(kind.unit()), kind.name() + " is in " + kind.unit());
      assertFalse(kind.meaning().isBlank(), kind.name());
      assertEquals(null, units.put(kind.name(), kind.unit()), kind.name() + " is there twice");
      Requirement.parse(kind.name() + ">=0", units);
    }
    scenario.requirements().forEach(text -> Requirement.parse(text, units));
  }

  @ParameterizedTest
  @MethodSource("all")
  void theSmallestAndTheDefaultShapeAreWhole(Scenario scenario) {
    for (int connections : new int[] {1, 7, scenario.defaults().connections()}) {
      Shape shape = scenario.shape(settings(connections));
      Set<String> groups = new HashSet<>();
      for (Group group : shape.groups()) {
        assertTrue(groups.add(group.name()), group.name());
        assertTrue(group.clients() > 0, group.name() + " has nobody");
      }
      for (Flow flow : shape.flows()) {
        assertTrue(groups.contains(flow.group()), flow.name() + " goes to nobody");
        assertTrue(flow.channels() > 0, flow.name() + " has no channels");
        assertTrue(flow.rate() > 0 ^ flow.window() > 0, flow.name());
      }
      shape.calls().forEach(call -> assertTrue(groups.contains(call.group()), call.name()));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void withDefaultsARunTakesLessThanAMinuteOrTwoWhereAMinuteIsPromised(Scenario scenario) {
    Defaults defaults = scenario.defaults();
    double warmup = defaults.warmup() == null ? 0 : defaults.warmup();
    double duration = defaults.duration() == null ? 1 : defaults.duration();
    var settings = new Settings(9, 20, 200, warmup, duration, 0, "acme", Flow.Via.BUS, 600);

    double seconds = scenario.estimate(settings);

    // A node has its share again in a minute, after it was killed and has started.
    int most = scenario.name().equals("rebalance") ? 110 : 50;
    assertTrue(seconds < most, scenario.name() + " takes " + seconds);
  }

  private static Settings settings(int connections) {
    return new Settings(connections, 20, 200, 2, 5, 0, "acme", Flow.Via.BUS, 600);
  }
}
