package dev.holdfast.loadtest.run.figures;

import org.jspecify.annotations.Nullable;

/**
 * The settings of a scenario if the command line says nothing.
 *
 * @param nodes of a cluster of its own
 * @param connections clients in all
 * @param rate publications per second in all; none: it has no such setting
 * @param payload bytes of JSON in each; none: it has no such setting
 * @param warmup seconds; none: it has none
 * @param duration seconds of measuring; none: it takes as long as it takes
 */
public record Defaults(
    int nodes,
    int connections,
    @Nullable Double rate,
    @Nullable Integer payload,
    @Nullable Double warmup,
    @Nullable Double duration) {
  @Override
  public String toString() {
    var text = new StringBuilder("--nodes " + nodes + " --connections " + connections);
    add(text, "--rate", rate);
    add(text, "--payload", payload);
    add(text, "--warmup", warmup);
    add(text, "--duration", duration);
    return text.toString();
  }

  private static void add(StringBuilder text, String option, @Nullable Number value) {
    if (value != null) {
      boolean whole = value.doubleValue() == Math.rint(value.doubleValue());
      text.append(' ').append(option).append(' ');
      text.append(whole ? Long.toString(value.longValue()) : value.toString());
    }
  }
}
