package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.report.Result.Figure;
import dev.holdfast.loadtest.report.Result.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {
  private static final Map<String, String> UNITS =
      Map.of(
          "lost", "",
          "p99", "ms",
          "resume.p99", "ms",
          "connectsPerSecond", "/s",
          "rssPerConnection", "B",
          "workerCpu", "%",
          "serverCpu", "cores",
          "change", "%");

  private static final Result MEASURED =
      Samples.figures(
          Samples.small(),
          List.of(
              new Figure("lost", 0.0, "", ""),
              new Figure("p99", 20.0, "ms", ""),
              new Figure("resume.p99", 1_999.5, "ms", ""),
              new Figure("connectsPerSecond", 3_000.0, "/s", ""),
              new Figure("rssPerConnection", 41_500.0, "B", ""),
              new Figure("workerCpu", 61.5, "%", ""),
              new Figure("serverCpu", 1.7, "cores", ""),
              new Figure("change", -3.5, "%", "")));

  @ParameterizedTest
  @CsvSource({
    "lost=0, true",
    "lost!=0, false",
    "lost<1, true",
    "lost>0, false",
    "lost = 0, true",
    "' lost=0 ', true",
    "p99<20ms, false",
    "p99<=20ms, true",
    "p99<=20, true",
    "p99>=20ms, true",
    "p99>20ms, false",
    "p99<0.0201s, true",
    "p99=20000us, true",
    "p99=20000µs, true",
    "resume.p99<=2s, true",
    "resume.p99<1.9995s, false",
    "connectsPerSecond>=3000, true",
    "connectsPerSecond>=3000/s, true",
    "connectsPerSecond>3000/s, false",
    "rssPerConnection<42KB, true",
    "rssPerConnection<0.04MB, false",
    "rssPerConnection<1GB, true",
    "rssPerConnection>=41500B, true",
    "workerCpu<=61.5%, true",
    "serverCpu<1.5cores, false",
    "change>=-4%, true",
    "change>=-3, false"
  })
  void everyOperatorAndUnitIsHeldAgainstTheFigure(String text, boolean held) {
    assertEquals(held, Requirement.parse(text, UNITS).check(MEASURED).held());
  }

  @Test
  void theOutcomeHasTheRequirementAsGivenAndTheFigureAsMeasured() {
    assertEquals(
        new Outcome("resume.p99<=2s", "2 s", true),
        Requirement.parse(" resume.p99<=2s ", UNITS).check(MEASURED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "lost",
        "lost=",
        "=0",
        "lost==0",
        "lost=>0",
        "lost~0",
        "lost=none",
        "lost=0x10",
        "lost=1e9",
        "lost=1,000",
        "lost=.5",
        "lost=NaN",
        "lost=0=0",
        "lost=0 1",
        "lost=99999999999999999",
        "p99<20ms and lost=0",
        "p99<-",
        "'lost=0'",
        "1p99<2"
      })
  void whatIsNoRequirementIsRefusedWithAnExample(String text) {
    var message = refusal(text);
    assertTrue(message.contains("'" + text + "' is no requirement"), message);
    assertTrue(message.contains("p99<20ms"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "lost=0ms, a count",
    "lost=0%, a count",
    "p99<20MB, a time",
    "p99<20%, a time",
    "p99<20S, a time",
    "p99<1min, a time",
    "connectsPerSecond>=3000ms, a rate",
    "rssPerConnection<1s, a size",
    "rssPerConnection<1kb, a size",
    "workerCpu<1cores, a share",
    "serverCpu<50%, in cores"
  })
  void aUnitOfAnotherKindIsRefused(String text, String kind) {
    var message = refusal(text);
    assertTrue(message.contains(kind), message);
    assertTrue(message.contains(text), message);
  }

  @ParameterizedTest
  @CsvSource({
    "lots=0, lost",
    "Lost=0, lost",
    "p9<20ms, p99",
    "resume.p9<2s, resume.p99",
    "connectPerSecond>1, connectsPerSecond"
  })
  void anUnknownFigureIsRefusedWithTheNearestKnown(String text, String nearest) {
    var message = refusal(text);
    assertTrue(message.contains("did you mean " + nearest + "?"), message);
    assertTrue(message.contains("rssPerConnection"), "all known ones are named: " + message);
  }

  @Test
  void whereNoFigureIsKnownNoneIsSuggested() {
    var refused =
        assertThrows(IllegalArgumentException.class, () -> Requirement.parse("lost=0", Map.of()));
    assertEquals("'lost=0': there is no figure lost", refused.getMessage());
  }

  @Test
  void aFigureThatWasNotMeasuredFulfilsNothing() {
    for (var value : new Double[] {null, Double.NaN, Double.POSITIVE_INFINITY}) {
      var result = Samples.figures(Samples.small(), List.of(new Figure("lost", value, "", "")));
      for (var text : List.of("lost=0", "lost!=0", "lost>=0")) {
        assertEquals(
            new Outcome(text, "not measured", false), Requirement.parse(text, UNITS).check(result));
      }
    }
  }

  @Test
  void aFigureThatIsNotThereFulfilsNothing() {
    var outcome = Requirement.parse("lost=0", UNITS).check(Samples.empty());
    assertEquals(new Outcome("lost=0", "not measured", false), outcome);
  }

  @Test
  void aPartialResultFulfilsNothing() {
    var partial = Samples.with(MEASURED, true, List.of(), List.of());
    var outcome = Requirement.parse("lost=0", UNITS).check(partial);
    assertFalse(outcome.held());
    assertEquals("0, but the run is partial", outcome.actual());
  }

  private static String refusal(String text) {
    return assertThrows(IllegalArgumentException.class, () -> Requirement.parse(text, UNITS), text)
        .getMessage();
  }
}
