package dev.holdfast.cluster;

import dev.holdfast.core.bounds.FrameRoom;
import dev.holdfast.core.bounds.LastComers;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The meters of a member, in a registry. */
record RegistryMeters(MeterRegistry registry) implements Meters {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryMeters.class);

  @Override
  public void strangers(String port, LastComers<?> strangers) {
    Gauge.builder("cluster.strangers", strangers, LastComers::count)
        .description("connections that have not proved yet to be a member's")
        .tag("port", port)
        .register(registry);
    FunctionCounter.builder("cluster.strangers.dropped", strangers, LastComers::dropped)
        .description("those that were closed for want of room before they had proved anything")
        .tag("port", port)
        .register(registry);
  }

  @Override
  public void frames(FrameRoom frames) {
    Gauge.builder("cluster.frames.bytes", frames, FrameRoom::bytes)
        .description("bytes collected of frames above 1 MiB that are not whole yet")
        .register(registry);
    FunctionCounter.builder("cluster.frames.dropped", frames, FrameRoom::dropped)
        .description("connections that were closed for a frame: too long, too late, no room")
        .register(registry);
  }

  @Override
  public void members(ClusterManager cluster) {
    Gauge.builder("cluster.members", cluster, manager -> manager.getNodes().size())
        .description("members of the event bus that this one sees, services included")
        .register(registry);
  }

  @Override
  public void bus(VertxBuilder builder, VertxOptions options) {
    try {
      Class.forName("io.vertx.micrometer.MicrometerMetricsFactory");
      VertxMeters.add(builder, options, registry);
    } catch (ClassNotFoundException e) {
      LOG.info("Without io.vertx:vertx-micrometer-metrics the event bus has no meters of its own");
    }
  }
}
