package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Settings;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Something that a cluster can be put through. Stateless. */
public interface Scenario {
  /** Returns its name, as in {@code load kill}. */
  String name();

  /** Returns a description in one line. */
  String description();

  Defaults defaults();

  /** All that it may measure, in the order of their weight. */
  List<FigureKind> figures();

  Shape shape(Settings settings);

  default Set<Need> needs() {
    return Set.of();
  }

  /** Settings that its own cluster's nodes need, as {@code serve --set} takes them. */
  default Map<String, String> nodeSettings() {
    return Map.of();
  }

  /** Requirements that hold where nobody asks for others of the same figure. */
  default List<String> requirements() {
    return List.of();
  }

  /** Returns about how many seconds it takes; 0: unknown. */
  default double estimate(Settings settings) {
    return settings.warmup() + settings.duration();
  }

  /** Runs the steps; the run ends with the last of them. */
  void run(Run run) throws InterruptedException;
}
