package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MediansTest {
  @Test
  void figuresAreMediansWithTheirSpread() {
    var figure = figure(Medians.of(List.of(run(0, 9.0), run(0, 2.0), run(0, 4.0))), "p99");
    assertEquals(4.0, figure.value());
    assertEquals("delivery (median of 3 runs: 2 ms – 9 ms)", figure.meaning());
  }

  @Test
  void ofAnEvenNumberTheMedianIsBetweenTheTwoInTheMiddle() {
    assertEquals(3.0, figure(Medians.of(List.of(run(0, 2.0), run(0, 4.0))), "p99").value());
  }

  @Test
  void whatWentWrongInOneRunOnlyIsNotHiddenByTheMedian() {
    var medians = Medians.of(List.of(run(0, 2.0), run(7, 3.0), run(0, 4.0)));
    var lost = figure(medians, "lost");
    assertEquals(7.0, lost.value());
    assertEquals("events (sum of 3 runs: 0 – 7)", lost.meaning());
    assertFalse(Requirement.parse("lost=0", Map.of("lost", "")).check(medians).held());
  }

  @Test
  void thisHoldsForTheFiguresOfAGroupToo() {
    var runs =
        List.of(0.0, 2.0, 0.0).stream()
            .map(value -> List.of(new Figure("quiet.lost", value, "", "")))
            .map(figures -> Samples.figures(Samples.small(), figures))
            .toList();
    assertEquals(2.0, figure(Medians.of(runs), "quiet.lost").value());
  }

  @Test
  void aFigureThatOneRunDidNotMeasureIsNotMeasured() {
    var figure = figure(Medians.of(List.of(run(0, 2.0), run(0, null), run(0, 4.0))), "p99");
    assertNull(figure.value());
    assertEquals("delivery (measured in 2 of 3 runs only)", figure.meaning());
  }

  @Test
  void ledgersAndCountersAreSummed() {
    var medians = Medians.of(List.of(Samples.small(), Samples.small(), Samples.small()));
    assertEquals(
        new LedgerCount(90_000, 89_970, 0, 0, 0, 6, 30), medians.ledgers().get("main.user"));
    assertEquals(30_000, medians.counters().published());
  }

  @Test
  void theTimeLineIsThatOfTheRunWithTheMedianLatency() {
    var runs = new ArrayList<Result>();
    for (var each : List.of(Samples.failing(), Samples.big(), Samples.small())) {
      var named = Samples.scenario(each, "kill", Map.of());
      runs.add(Samples.figures(named, List.of(new Figure("p50", runs.size() * 1.0, "ms", ""))));
    }
    var medians = Medians.of(runs);
    assertEquals(runs.get(1).timeline(), medians.timeline());
    assertEquals(runs.get(1).series(), medians.series());
    assertEquals(runs.get(1).marks(), medians.marks());
  }

  @Test
  void itIsPartialWhereOneRunIs() {
    var medians = Medians.of(List.of(Samples.small(), Samples.partial(), Samples.small()));
    assertTrue(medians.partial());
    assertEquals(Verdict.PARTIAL, Verdict.of(medians));
    assertTrue(medians.problems().contains("Run 2: it did not come to its end."));
    assertTrue(medians.problems().contains("Run 2: Worker 2 of 3 died after 12 s."));
    assertFalse(Medians.of(List.of(Samples.small(), Samples.small())).partial());
  }

  @Test
  void theRequirementsOfTheRunsAreNotTakenOver() {
    assertEquals(List.of(), Medians.of(List.of(Samples.small(), Samples.small())).requirements());
  }

  @Test
  void howManyRunsThereWereIsASetting() {
    var medians = Medians.of(List.of(Samples.small(), Samples.small()));
    assertEquals("2, these are the medians", medians.settings().get("runs"));
    assertEquals("3", medians.settings().get("nodes"));
    assertEquals(List.of(), medians.problems());
  }

  @Test
  void runsOfDifferentSettingsAreAProblem() {
    var other = Samples.scenario(Samples.small(), "kill", Map.of("nodes", "5"));
    var problems = Medians.of(List.of(Samples.small(), other)).problems();
    assertTrue(problems.get(0).startsWith("The runs had different settings"), problems.get(0));
  }

  @Test
  void runsOfDifferentScenariosHaveNoMedian() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Medians.of(List.of(Samples.small(), Samples.big())));
    assertTrue(refused.getMessage().contains("[kill, soak]"), refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Medians.of(List.of()));
  }

  @Test
  void oneRunIsItsOwnMedian() {
    var run = Samples.small();
    assertSame(run, Medians.of(List.of(run)));
  }

  @Test
  void runsWithNothingInThemHaveAMedianToo() {
    assertTrue(Medians.of(List.of(Samples.empty(), Samples.empty())).partial());
  }

  private static Result run(double lost, Double p99) {
    return Samples.figures(
        Samples.small(),
        List.of(new Figure("lost", lost, "", "events"), new Figure("p99", p99, "ms", "delivery")));
  }

  private static Figure figure(Result result, String name) {
    return result.figures().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
