package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.worker.measure.Errors;
import java.util.Map;

/** Counts what one event loop published and asked. Confined to it. */
final class PublishCounters {
  final Errors errors = new Errors();
  long published;
  long acknowledged;
  long failed;
  long late;
  long called;

  Counters counters() {
    return new Counters(
        0,
        0,
        0,
        0,
        published,
        acknowledged,
        failed,
        late,
        0,
        0,
        called,
        0,
        0,
        0,
        Map.of(),
        errors.counts());
  }
}
