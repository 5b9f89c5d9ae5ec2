package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node's {@code /metrics} at one moment. */
public record Metrics(List<Sample> samples) {
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[^}]*})? (\\S+).*");

  /**
   * @param labels as in the text, braces included; empty for none
   */
  public record Sample(String name, String labels, double value) {}

  static Metrics parse(String text) {
    List<Sample> samples = new ArrayList<>();
    for (String line : text.split("\n")) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        String labels = matcher.group(2) == null ? "" : matcher.group(2);
        samples.add(new Sample(matcher.group(1), labels, number(matcher.group(3))));
      }
    }
    return new Metrics(List.copyOf(samples));
  }

  /** Over all labels; 0 if there is none of that name. */
  public double sum(String name) {
    return samples.stream().filter(s -> s.name().equals(name)).mapToDouble(Sample::value).sum();
  }

  private static double number(String text) {
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }
}
