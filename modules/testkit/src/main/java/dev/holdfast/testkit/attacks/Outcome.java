package dev.holdfast.testkit.attacks;

import java.time.Duration;
import java.util.List;

/**
 * The outcome of one attack, and how others fared meanwhile.
 *
 * @param delivery of bystanders' publications to bystanders
 * @param requests of the bystander by HTTP
 * @param back from its end until everybody had published and read once more
 * @param violations of what is promised to others; empty if all holds
 */
public record Outcome(
    String attack,
    Attacker.Result result,
    Phases delivery,
    Phases requests,
    Duration back,
    Taken taken,
    List<String> violations) {
  public Outcome {
    violations = List.copyOf(violations);
  }

  /** The same before, while and after it was attacked. */
  public record Phases(Latencies before, Latencies during, Latencies after) {
    /** Returns the factor by which p99 grew. */
    public double growth() {
      return during.at(0.99) / before.at(0.99);
    }
  }

  /**
   * The memory in use during the attack.
   *
   * @param residentMiB of the node that took the most
   * @param budget the part of its limit that the fullest budget of a node had
   * @param fullest which that was
   * @param series lines of metrics of the node that had the most
   * @param storeMiB by how much Redis grew
   */
  public record Taken(long residentMiB, double budget, String fullest, int series, long storeMiB) {}
}
