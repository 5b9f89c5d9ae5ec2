package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.plan.Totals;
import java.util.HashMap;
import java.util.Map;

/** What was published, by {@code <tenant>/<channel>}; made once for all clients of a loop. */
final class ExpectedTotals {
  private final Map<String, Expected> channels = new HashMap<>();

  ExpectedTotals(Totals totals) {
    totals.channels().forEach((key, channel) -> channels.put(key, Expected.of(channel)));
  }

  Expected of(String key) {
    return channels.getOrDefault(key, Expected.NOTHING);
  }
}
