package dev.holdfast.cluster;

import dev.holdfast.core.bounds.LastComers;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts the connections that have not proved yet to be a member's. Members do so in a fraction of
 * a second. So few silent ones are kept, and the oldest gives way to a newer one.
 */
final class Strangers {
  private Strangers() {}

  /**
   * @param port the port that they are connected to
   */
  static <C> LastComers<C> counted(String port, LastComers<C> strangers, MeterRegistry registry) {
    Gauge.builder("cluster.strangers", strangers, LastComers::count)
        .description("connections that have not proved yet to be a member's")
        .tag("port", port)
        .register(registry);
    FunctionCounter.builder("cluster.strangers.dropped", strangers, LastComers::dropped)
        .description("those that were closed for want of room before they had proved anything")
        .tag("port", port)
        .register(registry);
    return strangers;
  }
}
