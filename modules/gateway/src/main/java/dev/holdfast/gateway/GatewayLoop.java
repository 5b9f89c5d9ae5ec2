package dev.holdfast.gateway;

import dev.holdfast.channels.Fanout;
import dev.holdfast.core.Bus;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the connections of one event loop share. Confined to that event loop, as they are. */
final class GatewayLoop {
  /** So many flushes of cursors: a minute. */
  private static final int COMPARED_EACH = 6;

  final Context context;
  final Bus bus;
  final GatewayConfig config;
  final GatewayServices services;
  final GatewayMetrics metrics;
  final Fanout fanout;
  final Flusher flusher;
  final CursorBatcher cursors;
  final Detacher detacher;
  final Holds holds;
  private final Set<Connection> connections = new HashSet<>();
  private boolean stopping;

  GatewayLoop(Context context, GatewayConfig config, GatewayServices services) {
    EventLoop eventLoop = ((ContextInternal) context).nettyEventLoop();
    this.context = context;
    this.bus = new Bus(context.owner());
    this.config = config;
    this.services = services;
    this.metrics = new GatewayMetrics(services.registry());
    this.fanout = services.fanouts().apply(context);
    this.flusher = new Flusher(eventLoop);
    this.cursors = new CursorBatcher(services.sessions());
    this.holds =
        new Holds(cursors, metrics, config.ackFlush().multipliedBy(COMPARED_EACH), config.tick());
    this.detacher = new Detacher((ContextInternal) context, services.sessions(), services.node());
  }

  boolean stopping() {
    return stopping;
  }

  void opened(Connection connection) {
    connections.add(connection);
    services.directory().opened();
  }

  void closed(Connection connection) {
    if (connections.remove(connection)) {
      services.admission().closed(connection.client());
      services.directory().closed();
    }
  }

  /** Looks at every connection's times. */
  void tick() {
    holds.tick();
    long now = System.nanoTime();
    services.directory().tick(now);
    List.copyOf(connections).forEach(connection -> connection.liveness.tick(now));
  }

  /** Closes all connections; done when their sessions are detached, or can't be. */
  Future<Void> stop() {
    stopping = true;
    List.copyOf(connections).forEach(Connection::shutdown);
    return detacher.idle();
  }
}
