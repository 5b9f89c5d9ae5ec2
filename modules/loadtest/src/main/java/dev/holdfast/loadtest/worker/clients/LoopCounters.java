package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.worker.measure.Errors;
import java.util.HashMap;
import java.util.Map;

/** The counts of the clients of one event loop. Confined to it. */
final class LoopCounters {
  final Errors errors = new Errors();
  final Map<String, Integer> nodes = new HashMap<>();
  long clients;
  long attached;
  long live;
  long connects;
  long published;
  long acknowledged;
  long failed;
  long received;
  long bytes;
  long called;
  long interrupted;
  long resumed;
  long restarted;
  private final Map<String, Long> closes = new HashMap<>();

  void attached(String node) {
    attached++;
    nodes.merge(node, 1, Integer::sum);
  }

  void detached(String node) {
    attached--;
    nodes.computeIfPresent(node, (name, count) -> count == 1 ? null : count - 1);
  }

  void closed(int code) {
    closes.merge(String.valueOf(code), 1L, Long::sum);
  }

  Counters counters() {
    return new Counters(
        clients,
        attached,
        live,
        connects,
        published,
        acknowledged,
        failed,
        0,
        received,
        bytes,
        called,
        interrupted,
        resumed,
        restarted,
        Map.copyOf(closes),
        errors.counts());
  }
}
