package dev.holdfast.loadtest.run.figures;

/**
 * What a scenario takes where nothing is said.
 *
 * @param nodes of a cluster of its own
 * @param connections clients in all
 * @param rate publications per second in all; null: it has no such setting
 * @param payload bytes of JSON in each; null: it has no such setting
 * @param warmup seconds; null: it has none
 * @param duration seconds of measuring; null: it takes as long as it takes
 */
public record Defaults(
    int nodes, int connections, Double rate, Integer payload, Double warmup, Double duration) {
  @Override
  public String toString() {
    var text = new StringBuilder("--nodes " + nodes + " --connections " + connections);
    add(text, "--rate", rate);
    add(text, "--payload", payload);
    add(text, "--warmup", warmup);
    add(text, "--duration", duration);
    return text.toString();
  }

  private static void add(StringBuilder text, String option, Number value) {
    if (value != null) {
      boolean whole = value.doubleValue() == Math.rint(value.doubleValue());
      text.append(' ').append(option).append(' ');
      text.append(whole ? Long.toString(value.longValue()) : value.toString());
    }
  }
}
