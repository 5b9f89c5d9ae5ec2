package dev.holdfast.loadtest.targets;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node's {@code /metrics} at one moment.
 *
 * @param text as Prometheus reads it
 */
public record MetricsText(String text) {
  /**
   * The sum over all that have the name and the label.
   *
   * @param label as in {@code area="heap"}; empty: any
   * @return none: no line has them
   */
  public @Nullable Double sum(String name, String label) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(name) + "(?:\\{([^}]*)})? (\\S+)").matcher(text);
    @Nullable Double sum = null;
    while (line.find()) {
      String labels = line.group(1) == null ? "" : line.group(1);
      if (labels.contains(label)) {
        sum = (sum == null ? 0 : sum) + Double.parseDouble(line.group(2));
      }
    }
    return sum;
  }
}
