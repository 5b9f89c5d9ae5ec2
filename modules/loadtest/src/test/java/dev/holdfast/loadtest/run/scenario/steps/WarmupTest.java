package dev.holdfast.loadtest.run.scenario.steps;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class WarmupTest {
  @Test
  void endsWhenTwoRoundsInARowCostWhatTheOneBeforeDid() {
    assertEquals(6, rounds(List.of(90.0, 50.0, 30.0, 20.0, 19.0, 19.5, 19.4)));
  }

  /** One round that happens to cost the same as the last says nothing. */
  @Test
  void goesOnWhenTheCostFallsAgain() {
    assertEquals(6, rounds(List.of(90.0, 90.0, 50.0, 20.0, 20.0, 20.0, 20.0)));
  }

  @Test
  void endsAfterOneRoundWhereTheCostIsNotKnown() {
    assertEquals(1, new Warmup().goesOn(null) ? 2 : 1);
  }

  @Test
  void endsAtItsBoundWhereTheCostNeverStandsStill() {
    Warmup warmup = new Warmup();
    double cost = 1;
    while (warmup.goesOn(cost)) {
      cost *= 2;
    }
    assertEquals(12, warmup.rounds());
  }

  private static int rounds(List<Double> costs) {
    Warmup warmup = new Warmup();
    for (Double cost : costs) {
      if (!warmup.goesOn(cost)) {
        return warmup.rounds();
      }
    }
    throw new AssertionError("goes on");
  }
}
