package dev.holdfast.testkit.attacks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Outcomes as tables in Markdown. Any thread. */
public final class AttackTable {
  private final double factor;
  private final List<Outcome> outcomes = new ArrayList<>();

  /**
   * @param factor by which p99 may grow while somebody attacks
   */
  public AttackTable(double factor) {
    this.factor = factor;
  }

  public synchronized void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  /** Returns the attacks during which others' p99 grew by more than the factor. */
  public synchronized List<String> slowed() {
    return outcomes.stream()
        .filter(of -> !of.delivery().isWithin(factor) || !of.requests().isWithin(factor))
        .map(
            of ->
                String.format(
                    Locale.ROOT,
                    "%s: deliveries × %.1f, HTTP × %.1f",
                    of.attack(),
                    of.delivery().growth(),
                    of.requests().growth()))
        .toList();
  }

  /**
   * Times in ms, p50 and p99; then how many attacks slowed others, and the budgets of a node's
   * memory with the most that a node had of each.
   */
  public synchronized String text() {
    var text =
        new StringBuilder(
            """
            | attack | tries | answered | delivery before | during | after | p99 × | HTTP before | during | after | p99 × | back | errors | RSS, MiB | fullest budget | metrics | Redis, + MiB | of its limit |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """);
    outcomes.forEach(outcome -> text.append(row(outcome)));
    text.append(verdict("deliveries", Outcome::delivery));
    text.append(verdict("HTTP", Outcome::requests));
    text.append("\n| budget of a node | limit, KiB | most, KiB | % |\n|---|---|---|---|\n");
    budgets().forEach((kind, share) -> text.append(row(kind, share)));
    return text.toString();
  }

  private String verdict(String what, Function<Outcome, Outcome.Phases> of) {
    long within = outcomes.stream().filter(one -> of.apply(one).isWithin(factor)).count();
    return String.format(
        Locale.ROOT,
        "%nThe p99 of others' %s was at most %.1f × that before in %d of %d attacks.%n",
        what,
        factor,
        within,
        outcomes.size());
  }

  private Map<String, Outcome.Share> budgets() {
    Map<String, Outcome.Share> most = new TreeMap<>();
    outcomes.forEach(
        one ->
            one.taken()
                .budgets()
                .forEach((kind, share) -> most.merge(kind, share, Outcome.Share::most)));
    return most;
  }

  private static String row(String kind, Outcome.Share share) {
    return String.format(
        Locale.ROOT,
        "| %s | %,.0f | %,.0f | %.0f |%n",
        kind,
        share.limit() / 1_024,
        share.bytes() / 1_024,
        100 * share.part());
  }

  private static String row(Outcome of) {
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %s | %s | %s | %s | %.1f | %s | %s | %s | %.1f | %d | %d | %d | %.0f %% %s | %d | %d | %.0f %% |%n",
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
        of.requests().growth(),
        of.back().toMillis(),
        of.violations().size(),
        of.taken().residentMiB(),
        100 * of.taken().budget(),
        of.taken().fullest(),
        of.taken().series(),
        of.taken().storeMiB(),
        100 * of.taken().store());
  }
}
