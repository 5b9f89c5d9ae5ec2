package dev.holdfast.testkit.faults;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one scenario.
 *
 * @param detected until the product noticed; none: there is nothing to notice
 * @param recovered from the fault's end until all publish, read and are answered; none: never
 * @param gaps reported to clients
 * @param violations of what is promised; empty if all holds
 */
public record Outcome(
    String scenario,
    @Nullable Duration detected,
    @Nullable Duration recovered,
    int gaps,
    List<String> violations) {
  public Outcome {
    violations = List.copyOf(violations);
  }

  long lost() {
    return count("lost:", "lost,");
  }

  long twice() {
    return count("duplicated", "stored twice");
  }

  long disordered() {
    return count("out of order", "out of its publisher's order");
  }

  private long count(String... words) {
    return violations.stream().filter(v -> List.of(words).stream().anyMatch(v::contains)).count();
  }
}
