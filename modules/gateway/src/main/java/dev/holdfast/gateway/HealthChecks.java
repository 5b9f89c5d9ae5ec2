package dev.holdfast.gateway;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The health of a node: named checks. They run at every request, so they are quick, and safe on any
 * thread.
 *
 * @param live false: restart the process
 * @param ready false: send it no new connections
 * @param started false: wait before asking the others
 * @param details the reason, if known, why a check of {@code ready} fails, by the check's name;
 *     anybody may read it
 */
public record HealthChecks(
    Map<String, BooleanSupplier> live,
    Map<String, BooleanSupplier> ready,
    Map<String, BooleanSupplier> started,
    Map<String, Supplier<Optional<String>>> details) {
  public HealthChecks {
    live = Map.copyOf(live);
    ready = Map.copyOf(ready);
    started = Map.copyOf(started);
    details = Map.copyOf(details);
  }

  /** Makes checks without details. */
  public HealthChecks(
      Map<String, BooleanSupplier> live,
      Map<String, BooleanSupplier> ready,
      Map<String, BooleanSupplier> started) {
    this(live, ready, started, Map.of());
  }

  /** Returns the texts to show beside the outcomes, by name. */
  Map<String, String> said() {
    Map<String, String> said = new TreeMap<>();
    details.forEach((name, detail) -> detail.get().ifPresent(text -> said.put(name, text)));
    return said;
  }

  /** Runs the checks and returns their outcomes by name. */
  static Map<String, Boolean> run(Map<String, BooleanSupplier> checks) {
    Map<String, Boolean> outcomes = new TreeMap<>();
    checks.forEach((name, check) -> outcomes.put(name, check.getAsBoolean()));
    return outcomes;
  }
}
