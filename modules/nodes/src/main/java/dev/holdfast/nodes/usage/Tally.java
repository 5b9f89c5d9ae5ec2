package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.Row;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what many take, and knows the largest. Of more than so many names the smaller half is
 * forgotten now and then: what is large is not among them, but for what was met of it until then.
 */
final class Tally {
  private static final Comparator<Row> LARGEST = Comparator.comparingLong(Row::bytes).reversed();

  private final int most;
  private final Map<Name, Row> rows = new HashMap<>();

  private record Name(String tenant, @Nullable String name) {}

  Tally(int most) {
    this.most = most;
  }

  /**
   * @param name none: the tenant itself
   */
  void add(String tenant, @Nullable String name, long bytes) {
    rows.merge(new Name(tenant, name), new Row(tenant, name, bytes, 1), Tally::sum);
    if (rows.size() > most) {
      forget();
    }
  }

  private static Row sum(Row a, Row b) {
    return new Row(a.tenant(), a.name(), a.bytes() + b.bytes(), a.keys() + b.keys());
  }

  private void forget() {
    List<Map.Entry<Name, Row>> bySize =
        rows.entrySet().stream()
            .sorted(Comparator.comparingLong(entry -> entry.getValue().bytes()))
            .limit(most / 2)
            .toList();
    bySize.forEach(entry -> rows.remove(entry.getKey()));
  }

  /**
   * @param tenant whose; none: all
   */
  List<Row> largest(@Nullable String tenant, int limit) {
    return rows.values().stream()
        .filter(row -> tenant == null || tenant.equals(row.tenant()))
        .sorted(LARGEST)
        .limit(limit)
        .toList();
  }
}
