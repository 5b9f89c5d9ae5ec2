package dev.holdfast.loadtest.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Lines in columns, two spaces between them. */
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final List<UnaryOperator<String>> styles = new ArrayList<>();
  private final String aligned;
  private final Terminal terminal;

  /**
   * @param aligned a letter for each column: {@code l} or {@code r}
   */
  public TextTable(Terminal terminal, String aligned) {
    this.terminal = terminal;
    this.aligned = aligned;
  }

  public TextTable add(String... cells) {
    return add(UnaryOperator.identity(), cells);
  }

  /**
   * @param style of the whole line, which is as wide with it as without
   */
  public TextTable add(UnaryOperator<String> style, String... cells) {
    rows.add(Arrays.stream(cells).map(terminal::safe).toList());
    styles.add(style);
    return this;
  }

  public void print(PrintWriter out) {
    var widths = new int[aligned.length()];
    for (var row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (int i = 0; i < rows.size(); i++) {
      out.println("  " + styles.get(i).apply(line(rows.get(i), widths)));
    }
  }

  private String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      var fill = " ".repeat(widths[i] - row.get(i).length());
      line.append(i == 0 ? "" : "  ");
      line.append(aligned.charAt(i) == 'r' ? fill + row.get(i) : row.get(i) + fill);
    }
    return line.toString().stripTrailing();
  }
}
