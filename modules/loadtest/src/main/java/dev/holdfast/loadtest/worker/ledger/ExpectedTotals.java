package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.Totals;
import java.util.HashMap;
import java.util.Map;

/** All that was published, by {@code <tenant>/<channel>}; made once for all clients of a loop. */
public final class ExpectedTotals {
  private final Map<String, Expected> channels = new HashMap<>();

  public ExpectedTotals(Totals totals) {
    totals.channels().forEach((key, channel) -> channels.put(key, Expected.of(channel)));
  }

  Expected of(String key) {
    return channels.getOrDefault(key, Expected.NOTHING);
  }
}
