package dev.holdfast.loadtest.report.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Figure;
import dev.holdfast.loadtest.report.Samples;
import dev.holdfast.loadtest.report.Terminal;
import dev.holdfast.loadtest.report.compare.Difference.Change;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
  @ParameterizedTest
  @CsvSource({
    "p99, ms, 10, 12, WORSE",
    "p99, ms, 10, 8, BETTER",
    "p99, ms, 10, 10.4, SAME",
    "resume.p99, ms, 0, 3, WORSE",
    "lost, '', 0, 1, WORSE",
    "lost, '', 1000000, 1000001, WORSE",
    "quiet.lost, '', 3, 0, BETTER",
    "duplicated, '', 1, 1, SAME",
    "receivedPerSecond, /s, 1000, 900, WORSE",
    "receivedPerSecond, /s, 1000, 1100, BETTER",
    "receivedPerCpuSecond, '', 1000, 1100, BETTER",
    "failedPerSecond, /s, 1, 2, WORSE",
    "rssPerConnection, B, 40000, 50000, WORSE",
    "serverCpu, cores, 1.5, 1, BETTER",
    "connections, '', 3000, 6000, DIFFERENT",
    "share, %, 40, 60, DIFFERENT",
    "share, %, -40, -60, DIFFERENT",
    "latency, ms, 100, 101, SAME",
    "late, '', 100, 101, WORSE",
    "p99, ms, , 3, MISSING",
    "p99, ms, 3, , MISSING",
    "p99, ms, , , SAME",
    "p99, ms, NaN, 3, MISSING"
  })
  void whatADifferenceMeansIsUpToTheFigure(
      String name, String unit, Double a, Double b, Change change) {
    assertEquals(change, Difference.of(name, unit, "", a, b).change());
  }

  @Test
  void differenceAndPercentAreOfTheFirst() {
    var slower = Difference.of("p99", "ms", "", 2.0, 3.0);
    assertEquals("+1 ms", slower.differenceText());
    assertEquals("+50%", slower.percentText());
    var faster = Difference.of("p99", "ms", "", 2000.0, 500.0);
    assertEquals("-1.5 s", faster.differenceText());
    assertEquals("-75%", faster.percentText());
    var fromNothing = Difference.of("lost", "", "", 0.0, 3.0);
    assertEquals("+3", fromNothing.differenceText());
    assertEquals("", fromNothing.percentText());
  }

  @Test
  void whatGotWorseIsMarkedInItsLine() {
    var text = printed(Samples.small(), Samples.failing());
    assertLine(text, "lost 0 17 +17 WORSE");
    assertLine(text, "p99 3.21 ms 3.21 ms 0");
    assertLine(text, "delivery.main p99 2 ms 2 ms 0");
    assertFalse(text.contains("!"), text);
  }

  @Test
  void settingsThatDifferComeBeforeTheFigures() {
    var a = Samples.scenario(Samples.small(), "kill", Map.of("nodes", "3", "rate", "500/s"));
    var b =
        Samples.scenario(Samples.small(), "kill", Map.of("nodes", "4", "rate", "500/s", "x", "1"));
    var text = printed(a, b);
    assertLine(text, "nodes 3 4");
    assertLine(text, "x (none) 1");
    assertFalse(text.contains("500/s"), "what is the same is left out");
    assertTrue(text.indexOf("settings that differ") < text.indexOf("figures"));
  }

  @Test
  void differentScenariosAreWarnedOf() {
    var text = printed(Samples.small(), Samples.big());
    assertTrue(text.contains("! Different scenarios, kill and soak"), text);
    assertLine(text, "delivery.main p50 0.436 ms - in one only");
    assertLine(text, "delivery.group-0 p50 - 0.436 ms in one only");
  }

  @Test
  void differentEnvironmentsAreWarnedOf() {
    var text = printed(Samples.small(), Samples.hostile("elsewhere"));
    assertTrue(text.contains("! Different environments"), text);
    assertTrue(text.contains("! Different versions: 0.1.0 and elsewhere."), text);
    assertLine(text, "cores 2 (none)");
  }

  @Test
  void whatDiffersBetweenAnyTwoRunsIsShownButNotWarnedOf() {
    var a = Samples.environment(Samples.small(), Map.of("os", "x", "clocks", "w1 ±0.02 ms"));
    var b = Samples.environment(Samples.small(), Map.of("os", "x", "clocks", "w1 ±0.03 ms"));
    var text = printed(a, b);
    assertLine(text, "clocks w1 ?0.02 ms w1 ?0.03 ms");
    assertFalse(text.contains("! Different environments"), text);
  }

  @Test
  void partialResultsAreMarkedAndWarnedOf() {
    var text = printed(Samples.partial(), Samples.small());
    assertTrue(text.contains("! a.json is PARTIAL: no figure of it is complete."), text);
    assertLine(text, "a: a.json kill 2026-03-01T12:00:00Z PARTIAL");
    assertFalse(text.contains("b.json is PARTIAL"));
  }

  @Test
  void whatOneOfThemHasOnlyIsNeitherBetterNorWorse() {
    var none = Samples.figures(Samples.small(), List.of());
    var some = Samples.figures(Samples.small(), List.of(new Figure("p99", 3.0, "ms", "")));
    assertLine(printed(none, some), "p99 - 3 ms in one only");
    assertEquals(0, Comparison.of("a", none, "b", some).worse());
  }

  @Test
  void aFigureOfAnotherUnitIsNotHeldAgainstIt() {
    var one = Samples.figures(Samples.small(), List.of(new Figure("rate", 3.0, "/s", "")));
    var two = Samples.figures(Samples.small(), List.of(new Figure("rate", 3.0, "ms", "")));
    assertLine(printed(one, two), "rate 3/s - in one only");
  }

  @Test
  void resultsWithNothingInThemAreComparedToo() {
    assertEquals(0, Comparison.of("a", Samples.empty(), "b", Samples.empty()).worse());
    assertTrue(printed(Samples.empty(), Samples.small()).contains("in one only"));
  }

  private static void assertLine(String text, String line) {
    var lines = text.lines().map(each -> each.strip().replaceAll(" +", " ")).toList();
    assertTrue(lines.contains(line), line + " is not in\n" + text);
  }

  private static String printed(Result a, Result b) {
    var text = new StringWriter();
    Comparison.of("a.json", a, "b.json", b).print(new PrintWriter(text), Terminal.PLAIN);
    return text.toString();
  }
}
