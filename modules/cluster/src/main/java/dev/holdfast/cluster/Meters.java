package dev.holdfast.cluster;

import dev.holdfast.core.bounds.FrameRoom;
import dev.holdfast.core.bounds.LastComers;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.cluster.ClusterManager;

/**
 * Registers the meters of a member. A service without meters has no Micrometer on its class path,
 * so no other class than {@link RegistryMeters} and {@link VertxMeters} may need it.
 */
interface Meters {
  /** Of a process without meters. */
  Meters NONE = new Meters() {};

  /**
   * Registers the connections that have not proved yet to be a member's. Members do so in a
   * fraction of a second. So few silent ones are kept, and the oldest gives way to a newer one.
   *
   * @param port the port that they are connected to
   */
  default void strangers(String port, LastComers<?> strangers) {}

  /** Registers the room of large frames that are not whole yet. */
  default void frames(FrameRoom frames) {}

  /**
   * Registers the number of members. Fewer than the live nodes, which Redis knows, means a split
   * bus.
   */
  default void members(ClusterManager cluster) {}

  /** Adds the meters that Vert.x has of its event bus to one that is about to be built. */
  default void bus(VertxBuilder builder, VertxOptions options) {}
}
