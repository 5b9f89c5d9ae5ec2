package dev.holdfast.loadtest.run.figures;

import dev.holdfast.loadtest.report.Result.Figure;
import java.util.function.Function;

/**
 * Something that a scenario measures.
 *
 * @param name as in {@code --require}
 * @param unit as in {@link Figure}
 * @param meaning one line for people
 * @param of what it is after a run; null where it could not be measured
 */
public record FigureKind(String name, String unit, String meaning, Function<Findings, Double> of) {
  /** One that the scenario's steps put there. */
  public static FigureKind put(String name, String unit, String meaning) {
    return new FigureKind(name, unit, meaning, findings -> findings.put(name));
  }

  public Figure figure(Findings findings) {
    return new Figure(name, of.apply(findings), unit, meaning);
  }
}
