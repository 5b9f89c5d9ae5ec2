package dev.holdfast.cluster;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;

/** The meters that Vert.x has of its event bus. Only this class touches the library for them. */
final class VertxMeters {
  private VertxMeters() {}

  /** Adds them to a Vert.x before it is built. */
  static void add(VertxBuilder builder, VertxOptions options, MeterRegistry registry) {
    options.setMetricsOptions(options());
    builder.withMetrics(new MicrometerMetricsFactory(registry));
  }

  /**
   * Returns options for the bus's metrics, without a series for each address: a user may ask for
   * services by any name, and every series is kept for ever. Our own meters show the rest.
   */
  private static MicrometerMetricsOptions options() {
    var metrics =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setLabels(EnumSet.noneOf(Label.class))
            .addDisabledMetricsCategory("redis");
    EnumSet.complementOf(EnumSet.of(MetricsDomain.EVENT_BUS))
        .forEach(domain -> metrics.addDisabledMetricsCategory(domain.toCategory()));
    return metrics;
  }
}
