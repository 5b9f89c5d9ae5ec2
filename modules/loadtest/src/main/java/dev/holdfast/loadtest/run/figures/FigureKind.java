package dev.holdfast.loadtest.run.figures;

import dev.holdfast.loadtest.report.Result.Figure;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that a scenario measures.
 *
 * @param name as in {@code --require}
 * @param unit as in {@link Figure}
 * @param meaning one line for people
 * @param of what it is after a run; none: it could not be measured
 */
public record FigureKind(
    String name, String unit, String meaning, Function<Findings, @Nullable Double> of) {
  /** Returns a figure that the scenario's steps provide. */
  public static FigureKind put(String name, String unit, String meaning) {
    return new FigureKind(name, unit, meaning, findings -> findings.put(name));
  }

  public Figure figure(Findings findings) {
    return new Figure(name, of.apply(findings), unit, meaning);
  }
}
