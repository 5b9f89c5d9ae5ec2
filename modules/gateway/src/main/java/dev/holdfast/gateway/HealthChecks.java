package dev.holdfast.gateway;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * What a node says about itself, each a named check that is asked at every request: quick, and safe
 * on any thread.
 *
 * @param live false: restart the process
 * @param ready false: send it no new connections
 * @param started false: wait before asking the others
 */
public record HealthChecks(
    Map<String, BooleanSupplier> live,
    Map<String, BooleanSupplier> ready,
    Map<String, BooleanSupplier> started) {
  public HealthChecks {
    live = Map.copyOf(live);
    ready = Map.copyOf(ready);
    started = Map.copyOf(started);
  }

  /** The checks' outcomes, by name. */
  static Map<String, Boolean> run(Map<String, BooleanSupplier> checks) {
    Map<String, Boolean> outcomes = new TreeMap<>();
    checks.forEach((name, check) -> outcomes.put(name, check.getAsBoolean()));
    return outcomes;
  }
}
