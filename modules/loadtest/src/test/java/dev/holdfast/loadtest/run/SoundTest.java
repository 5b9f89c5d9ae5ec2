package dev.holdfast.loadtest.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.report.Requirement;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Findings;
import dev.holdfast.loadtest.run.figures.Measured;
import dev.holdfast.loadtest.run.scenario.Scenarios;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A run in which nothing was delivered while measuring ended as DONE, with no problem named. */
class SoundTest {
  private static final Scenario FANOUT =
      Scenarios.ALL.stream().filter(each -> each.name().equals("fanout")).findFirst().orElseThrow();

  @Test
  void aRunThatDeliversAndWhoseNodesAreReadyIsSound() {
    Findings findings = findings(true, 500, 0);

    assertEquals(List.of(), Sound.problems(FANOUT, findings));
    assertTrue(holds("deliveriesPerSecond>0", findings));
    assertTrue(holds("notReady=0", findings));
  }

  @Test
  void nothingDeliveredWhileMeasuringIsAProblemAndFailsTheRun() {
    Findings findings = findings(true, 0, 0);

    assertEquals(
        List.of("nothing was delivered while measuring"), Sound.problems(FANOUT, findings));
    assertFalse(holds("deliveriesPerSecond>0", findings));
  }

  @Test
  void aNodeThatIsNotReadyAtTheEndIsAProblemAndFailsTheRun() {
    Findings findings = findings(true, 500, 2);

    assertEquals(
        List.of("2 of the nodes are not ready at the end"), Sound.problems(FANOUT, findings));
    assertFalse(holds("notReady=0", findings));
  }

  @Test
  void aNumberThatNobodyPublishedIsAProblemAndFailsTheRun() {
    Findings findings = findings(true, 500, 0, 3);

    assertEquals(
        List.of("in 3 channels of clients came a number that nobody published"),
        Sound.problems(FANOUT, findings));
    assertFalse(holds("unpublished=0", findings));
  }

  @Test
  void ofARunThatBrokeOffItIsNotKnownThatNothingWasDelivered() {
    assertEquals(List.of(), Sound.problems(FANOUT, findings(false, 0, 0)));
  }

  @Test
  void whatIsRequiredIsInForceWhereNobodyAsks() {
    List<String> inForce = Sound.requirements(FANOUT);

    for (String each :
        List.of("failed=0", "deliveriesPerSecond>0", "notReady=0", "unpublished=0")) {
      assertTrue(inForce.contains(each), inForce.toString());
    }
  }

  private static Findings findings(boolean finished, long received, int notReady) {
    return findings(finished, received, notReady, 0);
  }

  private static Findings findings(boolean finished, long received, int notReady, int unpublished) {
    return new Findings(
        finished,
        Counters.NONE,
        Map.of(),
        Map.of(),
        "readers",
        new Measured(5, 100, 100, received, 0, null, null, null),
        Map.of(Sound.NOT_READY, (double) notReady, "unpublished", (double) unpublished));
  }

  private static boolean holds(String requirement, Findings findings) {
    List<FigureKind> kinds = Sound.figures(FANOUT);
    Map<String, String> units =
        kinds.stream().collect(Collectors.toMap(FigureKind::name, FigureKind::unit));
    var figures = kinds.stream().map(kind -> kind.figure(findings)).toList();
    return Requirement.parse(requirement, units).check(result(figures)).held();
  }

  private static Result result(List<Result.Figure> figures) {
    return new Result(
        Result.FORMAT,
        "test",
        FANOUT.name(),
        Instant.EPOCH,
        5,
        false,
        List.of(),
        Map.of(),
        Map.of(),
        figures,
        Map.of(),
        Counters.NONE,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
