package dev.holdfast.gateway;

import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.Attachments;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.gateway.attachment.CursorBatcher;
import dev.holdfast.gateway.attachment.Detacher;
import dev.holdfast.gateway.attachment.Holds;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.connection.Attaching;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.GatewayMetrics;
import dev.holdfast.gateway.connection.Greeter;
import dev.holdfast.gateway.connection.Handshake;
import dev.holdfast.gateway.connection.HelloCheck;
import dev.holdfast.gateway.connection.Liveness;
import dev.holdfast.gateway.connection.LoopConnections;
import dev.holdfast.gateway.connection.SessionWiring;
import dev.holdfast.gateway.connection.pace.HelloTurns;
import dev.holdfast.gateway.http.Rates;
import dev.holdfast.gateway.socket.Upgrade;
import dev.holdfast.gateway.socket.WriteCoalescer;
import dev.holdfast.gateway.stream.EventStreams;
import dev.holdfast.gateway.stream.RunStreams;
import dev.holdfast.limits.FairShare;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;

/**
 * Puts together the parts that the connections of one event loop share, and drives them. Confined
 * to that event loop, as the connections are.
 */
final class GatewayLoop {
  /**
   * Flushes of cursors in the period in which each session is compared once; a minute by default.
   */
  private static final int COMPARED_EACH = 6;

  private final Context context;
  private final GatewayConfig config;
  private final GatewayServices services;
  private final GatewayMetrics metrics;
  private final Attachments attachments;
  private final HelloTurns hellos;
  private final LoopConnections connections;

  GatewayLoop(Context context, GatewayConfig config, GatewayServices services) {
    this.context = context;
    this.config = config;
    this.services = services;
    this.metrics = new GatewayMetrics(services.registry());
    this.attachments = attachments();
    this.hellos = new HelloTurns(services.registry());
    this.connections = fresh(greeter());
  }

  private Attachments attachments() {
    var period = config.ackFlush().multipliedBy(COMPARED_EACH);
    var cursors = new CursorBatcher(services.sessions());
    return new Attachments(
        services.directory(),
        cursors,
        new Holds(cursors, metrics::compared, period, config.tick()),
        new Detacher((ContextInternal) context, services.sessions(), services.node()));
  }

  private LoopConnections fresh(Greeter greeter) {
    Admission admission = services.admission();
    FairShare memory = services.memory().frames();
    return new LoopConnections(
        services.directory(),
        admission,
        on -> new Connection(context, on, metrics, admission, attachments, greeter),
        connection -> new Liveness(connection, config, memory, services.limiter().uses()));
  }

  private Greeter greeter() {
    ConnectionDirectory directory = services.directory();
    Fanout fanout = services.fanouts().apply(context);
    var check =
        new HelloCheck(
            services.accepting(),
            directory::isCrowded,
            services.tokens(),
            services.limiter(),
            context);
    var parts =
        new SessionWiring(
            context,
            services.sessions(),
            services.channels(),
            fanout,
            services.limiter(),
            metrics,
            config,
            attachments);
    var attaching = new Attaching(services.sessions(), services.channels(), services.node());
    return new Handshake(check, hellos, attaching, parts, metrics, config);
  }

  /** Returns the connections of this event loop. */
  LoopConnections connections() {
    return connections;
  }

  /** Returns the part that takes WebSockets. */
  Upgrade upgrade() {
    var coalescer = new WriteCoalescer(((ContextInternal) context).nettyEventLoop());
    return new Upgrade(connections, services.admission(), config, metrics, coalescer);
  }

  /** Returns the part that takes streams of events. */
  EventStreams streams() {
    return new EventStreams(
        connections, services.admission(), services.tokens(), config.writeBuffer());
  }

  /** Returns the part that takes streams of one run each. */
  RunStreams runStreams() {
    return new RunStreams(
        connections,
        services.admission(),
        services.tokens(),
        new Rates(services.limiter()),
        services.channels(),
        config.writeBuffer());
  }

  /** Stores the cursors that moved. */
  void flush() {
    attachments.flush();
  }

  /** Checks the deadlines of every connection. */
  void tick() {
    long now = System.nanoTime();
    attachments.tick(now);
    hellos.tick(now);
    connections.tick(now);
  }

  /** Closes all connections. Completes when their sessions are detached, or can't be. */
  Future<Void> stop() {
    connections.stop();
    return attachments.idle();
  }
}
