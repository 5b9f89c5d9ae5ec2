package dev.holdfast.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.report.Result.Mark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveViewTest {
  private static final Terminal SCREEN = new Terminal(true, true);

  private final StringWriter written = new StringWriter();
  private final PrintWriter out = new PrintWriter(written);
  private final Result run = Samples.small();

  @Test
  void withoutATerminalEverySecondIsOneLineOfNamesAndValues() {
    try (var view = new LiveView(out, Terminal.PLAIN, "kill", 20)) {
      run.timeline().forEach(second -> view.show(second, run.counters()));
    }
    var lines = written.toString().lines().toList();
    assertEquals(20, lines.size());
    for (var line : lines) {
      for (var word : line.split(" ")) {
        assertTrue(word.matches("[A-Za-z0-9]+=[^= ]+"), word + " in " + line);
      }
    }
    assertTrue(lines.get(10).startsWith("t=11 phase=measure attached=2400 clients=3000 "));
    assertTrue(lines.get(10).contains(" p99=950.000ms "));
    assertTrue(lines.get(10).contains(" connections=n1:800,n2:down,n3:800 "));
    assertTrue(lines.get(0).contains(" p50=- p99=- max=- "), lines.get(0));
  }

  @Test
  void onATerminalTheBlockIsRewrittenInPlace() {
    try (var view = new LiveView(out, SCREEN, "kill", 20)) {
      run.timeline().forEach(second -> view.show(second, run.counters()));
    }
    var screen = screen(written.toString());
    assertEquals(6, screen.size(), screen.toString());
    assertTrue(screen.get(0).contains("0:20 of 0:20"), screen.get(0));
    assertTrue(screen.get(0).contains("█".repeat(30)), screen.get(0));
    assertTrue(screen.get(1).contains("3,000 of 3,000 attached"), screen.get(1));
  }

  @Test
  void marksAndNotesStayAboveTheBlock() {
    try (var view = new LiveView(out, SCREEN, "kill", 20)) {
      view.mark(run.marks().get(0));
      view.show(run.timeline().get(9), run.counters());
      view.mark(run.marks().get(3));
      view.show(run.timeline().get(10), run.counters());
      view.note("n2 starts anew");
      view.mark(run.marks().get(4));
    }
    var screen = screen(written.toString());
    assertEquals(
        List.of(
            "▸ 0:00 connect",
            "✗ 0:10 SIGKILL of n2",
            "n2 starts anew",
            "✓ 0:13 n2 is back, on the same address"),
        screen.subList(0, 4));
    assertEquals(10, screen.size());
  }

  @Test
  void marksArePlainLinesWithoutATerminal() {
    try (var view = new LiveView(out, Terminal.PLAIN, "kill", 20)) {
      view.mark(new Mark(10.04, "fault", "SIGKILL of n2"));
    }
    assertEquals("t=10.0 fault: SIGKILL of n2", written.toString().strip());
  }

  @Test
  void whatComesFromElsewhereCannotSteerTheTerminal() {
    var hostile = Samples.hostile("a\033[2J\r\n\u009bb\u202e\u2028c");
    for (var terminal : List.of(Terminal.PLAIN, SCREEN)) {
      try (var view = new LiveView(out, terminal, hostile.scenario(), 0)) {
        view.show(hostile.timeline().get(0), hostile.counters());
        view.mark(hostile.marks().get(0));
        view.note(hostile.version());
      }
    }
    var text = written.toString();
    assertFalse(text.contains("\033[2J"));
    assertFalse(text.matches("(?s).*[\u009b\u202e\u2028].*"));
    assertTrue(text.contains("a [2J b c"));
  }

  @Test
  void theTerminalWrapsAgainAfterEachPiece() {
    try (var view = new LiveView(out, SCREEN, "kill", 20)) {
      view.show(run.timeline().get(0), run.counters());
      view.show(run.timeline().get(1), run.counters());
    }
    assertTrue(written.toString().endsWith("\033[?7h"));
  }

  @Test
  void aClosedViewShowsMarksOnly() {
    var view = new LiveView(out, SCREEN, "kill", 20);
    view.close();
    view.show(run.timeline().get(0), run.counters());
    assertEquals("", written.toString());
  }

  @Test
  void asciiIsKeptToWhereTheTerminalKnowsNoMore() {
    try (var view = new LiveView(out, new Terminal(true, false), "kill", 20)) {
      run.marks().forEach(view::mark);
      run.timeline().forEach(second -> view.show(second, run.counters()));
    }
    assertTrue(written.toString().chars().allMatch(letter -> letter < 127));
  }

  /** What a terminal would have on it at the end. */
  private static List<String> screen(String text) {
    var lines = new ArrayList<String>();
    var clean = text.replaceAll("\033\\[\\?7[lh]|\033\\[[0-9]*m", "");
    for (var line : clean.split("\n")) {
      var rest = line;
      var up = rest.indexOf("A\r\033[J");
      if (rest.startsWith("\033[") && up > 0) {
        var by = Integer.parseInt(rest.substring(2, up));
        lines.subList(lines.size() - by, lines.size()).clear();
        rest = rest.substring(up + 5);
      }
      lines.add(rest);
    }
    return lines;
  }
}
