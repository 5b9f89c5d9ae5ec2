package dev.holdfast.testkit.attacks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Outcomes as a table in Markdown. Any thread. */
public final class AttackTable {
  private final List<Outcome> outcomes = new ArrayList<>();

  public synchronized void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  /** Times in ms, p50 and p99. */
  public synchronized String text() {
    var text =
        new StringBuilder(
            """
            | attack | tries | answered | delivery before | during | after | p99 × | HTTP before | during | after | back | errors | RSS, MiB | fullest budget | metrics | Redis, MiB |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """);
    outcomes.forEach(outcome -> text.append(row(outcome)));
    return text.toString();
  }

  private static String row(Outcome of) {
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %s | %s | %s | %s | %.1f | %s | %s | %s | %d | %d | %d | %.0f %% %s | %d | %d |%n",
        of.attack(),
        of.result().tries(),
        of.result().answers(),
        of.delivery().before(),
        of.delivery().during(),
        of.delivery().after(),
        of.delivery().growth(),
        of.requests().before(),
        of.requests().during(),
        of.requests().after(),
        of.back().toMillis(),
        of.violations().size(),
        of.taken().residentMiB(),
        100 * of.taken().budget(),
        of.taken().fullest(),
        of.taken().series(),
        of.taken().storeMiB());
  }
}
