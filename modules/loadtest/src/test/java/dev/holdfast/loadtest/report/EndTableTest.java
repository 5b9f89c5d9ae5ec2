package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndTableTest {
  private static final Terminal UNICODE = new Terminal(false, true);

  @Test
  void theFiguresStandWithTheirUnitsAndMeanings() {
    var text = printed(Samples.small(), UNICODE);
    assertLine(text, "p99 3.21 ms delivery, from the intended time of sending");
    assertLine(text, "receivedPerSecond 512,345/s events that readers received");
    assertLine(text, "rssPerConnection 41.5 KB resident memory of all nodes");
    assertLine(text, "redisCpu not measured of Redis");
  }

  @Test
  void theLedgerHasALineForEachKindOfChannel() {
    var text = printed(Samples.small(), UNICODE);
    assertLine(text, "expected received lost duplicated out of order gaps in gaps");
    assertLine(text, "main.topic 4,800,000 4,799,983 17 0 0 0 0");
    assertLine(text, "main.user 30,000 29,990 0 0 0 2 10");
  }

  @Test
  void columnsAreAligned() {
    var lines = printed(Samples.small(), UNICODE).lines().toList();
    var head = lines.stream().filter(line -> line.contains("expected")).findFirst().orElseThrow();
    var row = lines.stream().filter(line -> line.contains("main.topic")).findFirst().orElseThrow();
    assertEquals(head.indexOf("expected") + 8, row.indexOf("4,800,000") + 9);
  }

  @Test
  void requirementsAreMarkedAsTheTerminalCan() {
    assertLine(printed(Samples.failing(), UNICODE), "✗ lost=0 17");
    assertLine(printed(Samples.failing(), UNICODE), "✓ p99<20ms 3.21 ms");
    assertLine(printed(Samples.failing(), Terminal.PLAIN), "FAILED lost=0 17");
    assertLine(printed(Samples.failing(), Terminal.PLAIN), "ok p99<20ms 3.21 ms");
  }

  @Test
  void theVerdictIsInTheFirstLine() {
    assertTrue(printed(Samples.small(), UNICODE).strip().startsWith("kill: PASS"));
    assertTrue(printed(Samples.failing(), UNICODE).strip().startsWith("kill: FAIL"));
    assertTrue(printed(Samples.partial(), UNICODE).strip().startsWith("kill: PARTIAL"));
    var done = Samples.with(Samples.small(), false, List.of(), List.of());
    assertTrue(printed(done, UNICODE).strip().startsWith("kill: DONE, nothing was required"));
  }

  @Test
  void aPartialRunSaysSoAtTheStartAndAtTheEnd() {
    var text = printed(Samples.partial(), UNICODE).strip();
    var warning = "PARTIAL: the run did not come to its end; no figure of it is complete.";
    assertEquals(3, text.split(warning, -1).length);
    assertTrue(text.endsWith(warning));
    assertLine(text, "! Worker 2 of 3 died after 12 s.");
    assertFalse(printed(Samples.small(), UNICODE).contains("PARTIAL"));
  }

  @Test
  void theFilesAreNamed() {
    assertLine(printed(Samples.small(), UNICODE), "reports/kill.html");
  }

  @Test
  void aResultWithNothingInItIsPrintedToo() {
    assertTrue(printed(Samples.empty(), UNICODE).contains("idle: PARTIAL"));
  }

  @Test
  void whatComesFromElsewhereCannotSteerTheTerminal() {
    var text = printed(Samples.hostile("a\033[2J\nb"), new Terminal(true, true));
    assertFalse(text.contains("\033[2J"));
    assertLine(text, "a [2J b 1 a [2J b a [2J b");
  }

  @Test
  void asciiIsKeptToWhereTheTerminalKnowsNoMore() {
    var text = printed(Samples.hostile("größer – µs ✓"), Terminal.PLAIN);
    assertTrue(text.chars().allMatch(letter -> letter < 127), text);
  }

  private static void assertLine(String text, String line) {
    var lines = text.lines().map(each -> each.strip().replaceAll(" +", " ")).toList();
    assertTrue(lines.contains(line), line + " is not in\n" + text);
  }

  private static String printed(Result result, Terminal terminal) {
    var text = new StringWriter();
    var files = List.of(Path.of("reports/kill.json"), Path.of("reports/kill.html"));
    EndTable.print(result, files, new PrintWriter(text), terminal);
    return text.toString();
  }
}
