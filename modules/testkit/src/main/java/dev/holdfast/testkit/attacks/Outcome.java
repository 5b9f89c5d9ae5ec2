package dev.holdfast.testkit.attacks;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

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
    /** Returns whether p99 grew by no more than this factor; false if nothing was measured. */
    public boolean isWithin(double factor) {
      return growth() <= factor;
    }

    /** Returns the factor by which p99 grew. */
    public double growth() {
      return during.at(0.99) / before.at(0.99);
    }
  }

  /**
   * The memory in use during the attack.
   *
   * @param residentMiB of the node that took the most
   * @param budgets of the nodes' memory, by kind: the most that one node had of it
   * @param series lines of metrics of the node that had the most
   * @param storeMiB by how much Redis grew at most
   * @param store the part of its memory limit that Redis had at most; 0: it has none
   */
  public record Taken(
      long residentMiB, Map<String, Share> budgets, int series, long storeMiB, double store) {
    public Taken {
      budgets = Map.copyOf(budgets);
    }

    /** Returns the kind whose limit was used most. */
    public String fullest() {
      return budgets.entrySet().stream()
          .max(Comparator.comparingDouble(one -> one.getValue().part()))
          .map(Map.Entry::getKey)
          .orElse("");
    }

    /** Returns the part of its limit that the fullest one had. */
    public double budget() {
      return budgets.values().stream().mapToDouble(Share::part).max().orElse(0);
    }
  }

  /** Bytes of one kind that a node had at a time, and may have. */
  public record Share(double bytes, double limit) {
    public double part() {
      return bytes / limit;
    }

    Share most(Share other) {
      return other.part() > part() ? other : this;
    }
  }
}
