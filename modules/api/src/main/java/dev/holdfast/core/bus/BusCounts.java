package dev.holdfast.core.bus;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens on one process's side of the bus, over all services. Safe on any thread. */
final class BusCounts {
  final LongAdder moved = new LongAdder();
  final LongAdder suspected = new LongAdder();
  final LongAdder gone = new LongAdder();
  final LongAdder late = new LongAdder();
  final LongAdder refused = new LongAdder();
  final AtomicLong underWay = new AtomicLong();
  final AtomicLong bytes = new AtomicLong();

  void bindTo(MeterRegistry registry) {
    count(registry, "moved", moved, "requests that were asked of another instance, too");
    count(registry, "suspected", suspected, "times that an instance was silent for too long");
    count(registry, "gone", gone, "times that an instance could not be reached any more");
    count(registry, "late", late, "requests not executed, as their asker had given up");
    count(registry, "refused", refused, "requests refused, as too many were under way");
    Gauge.builder("holdfast.bus.underway", underWay, AtomicLong::get)
        .description("requests that this process works on")
        .register(registry);
    Gauge.builder("holdfast.bus.underway.bytes", bytes, AtomicLong::get)
        .description("about how many bytes these hold")
        .register(registry);
  }

  private static void count(MeterRegistry registry, String what, LongAdder adder, String meaning) {
    FunctionCounter.builder("holdfast.bus." + what, adder, LongAdder::sum)
        .description(meaning)
        .register(registry);
  }
}
