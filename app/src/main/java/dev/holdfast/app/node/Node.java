package dev.holdfast.app.node;

import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.node.health.JvmMeters;
import dev.holdfast.app.node.health.PulseVerticle;
import dev.holdfast.app.start.NodeAddress;
import dev.holdfast.app.start.NodeRedis;
import dev.holdfast.app.start.StartException;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.config.ManagementConfig;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster, in this process. It may live several times: when it was taken for dead (its
 * lease ran out) its services stop, and start anew under a new start epoch, on the same Vert.x. The
 * steps of its lives follow each other, whoever asks for them. Any thread.
 */
final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final long RETRY_MS = 1_000;

  private final NodeParts parts;
  private final List<PulseVerticle> pulses = new CopyOnWriteArrayList<>();
  private Future<Void> steps = Future.succeededFuture();
  private volatile @Nullable NodeLife life;
  private volatile @Nullable NodeLife ending;
  private boolean stopping;

  /**
   * A context of no verticle: what is deployed from a verticle's context ends with that verticle.
   */
  private final Context context;

  private Node(NodeParts parts) {
    this.parts = parts;
    this.context = vertx().getOrCreateContext();
  }

  /**
   * Joins the cluster; the node is to be started then.
   *
   * @param redis which is used
   * @param trusted keys included
   */
  static Future<Node> join(HoldfastConfig config, NodeRedis redis, AuthConfig trusted) {
    HoldfastConfig fixed = withPorts(config);
    HostPort address = NodeAddress.of(fixed);
    var meters = new JvmMeters();
    return Cluster.join(fixed.cluster(), meters.registry())
        .recover(failure -> failed("joining the cluster", failure))
        .map(vertx -> new Node(parts(fixed, address, redis, trusted, vertx, meters)));
  }

  private static NodeParts parts(
      HoldfastConfig config,
      HostPort address,
      NodeRedis redis,
      AuthConfig trusted,
      Vertx vertx,
      JvmMeters meters) {
    String id = config.node() == null ? "node-" + Ids.fresh().substring(0, 8) : config.node();
    return new NodeParts(id, new Bus(vertx), config, address, redis, trusted, meters);
  }

  String id() {
    return parts.id();
  }

  HostPort address() {
    return parts.address();
  }

  /** Returns the address for operators, one of this machine. */
  HostPort management() {
    GatewayConfig gateway = parts.config().gateway();
    if (!gateway.managesApart()) {
      return parts.address();
    }
    String host = gateway.management().host();
    return new HostPort(
        NodeAddress.isEvery(host) ? "127.0.0.1" : host, gateway.management().port());
  }

  /** Returns what its present step waits for; any thread. */
  String waitsFor() {
    NodeLife now = life == null ? ending : life;
    return now == null ? "this node's services" : now.waitsFor();
  }

  /**
   * Returns how many clients and sessions its end concerns, or concerned, and who takes them; any
   * thread.
   */
  String farewell() {
    NodeLife now = life == null ? ending : life;
    return now == null ? "no clients" : now.farewell();
  }

  /** Completes when connections are taken. If it fails, stop it all the same. */
  Future<Void> start() {
    return startPulses()
        .compose(done -> next(this::live))
        .recover(failure -> failed("starting the node", failure));
  }

  /** Detaches every session, ends the services, and leaves Redis. */
  synchronized Future<Void> stop() {
    stopping = true;
    return next(this::end).onComplete(done -> parts.meters().close());
  }

  /** Leaves the cluster; the last call, and not from one of this Vert.x' own threads. */
  Future<Void> leave() {
    return vertx().close();
  }

  /** Takes a step when those before it are done, however they ended. */
  private synchronized Future<Void> next(Supplier<Future<Void>> step) {
    steps = steps.transform(done -> onContext(step));
    return steps;
  }

  private Future<Void> onContext(Supplier<Future<Void>> step) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        ignored -> Future.succeededFuture().compose(now -> step.get()).onComplete(done));
    return done.future();
  }

  private synchronized Future<Void> live() {
    if (stopping) {
      return Future.failedFuture(new StartException("the node is stopping"));
    }
    var fresh = new NodeLife(parts, pulses, this::revive);
    life = fresh;
    return fresh
        .start()
        .onSuccess(node -> LOG.info("Node {} serves at port {}", node, address().port()))
        .mapEmpty();
  }

  private synchronized Future<Void> end() {
    NodeLife over = life;
    ending = over;
    life = null;
    return over == null ? Future.succeededFuture() : over.stop();
  }

  private void revive() {
    LOG.warn("Node {} begins another life", id());
    next(this::end).onFailure(failure -> LOG.warn("The life before did not end well", failure));
    next(this::live).onFailure(this::reviveLater);
  }

  private synchronized void reviveLater(Throwable failure) {
    if (!stopping) {
      LOG.warn("Node {} did not come back: {}", id(), failure.getMessage());
      vertx().setTimer(RETRY_MS, timer -> revive());
    }
  }

  private Future<Void> startPulses() {
    Supplier<Deployable> pulse =
        () -> {
          var fresh = new PulseVerticle();
          pulses.add(fresh);
          return fresh;
        };
    var each = new DeploymentOptions().setInstances(Cluster.eventLoops());
    return vertx().deployVerticle(pulse, each).onSuccess(id -> measurePulses()).mapEmpty();
  }

  /**
   * Registers the event loops' delay, over all lives of the node, as its event loops live as long.
   */
  private void measurePulses() {
    Gauge.builder("eventloop.delay", this::latestPulse)
        .description("by how much the event loop that is late most runs its timers late")
        .baseUnit("seconds")
        .register(parts.meters().registry());
  }

  private double latestPulse() {
    return pulses.stream().mapToLong(PulseVerticle::delay).max().orElse(0) / 1e9;
  }

  private Vertx vertx() {
    return parts.bus().vertx();
  }

  /** All gateways share one port, which therefore has to be known before. */
  private static HoldfastConfig withPorts(HoldfastConfig config) {
    GatewayConfig gateway = config.gateway();
    if (gateway.port() == 0) {
      gateway = gateway.at(gateway.host(), free(gateway.host()));
    }
    ManagementConfig management = gateway.management();
    if (gateway.managesApart() && management.port() == 0) {
      gateway = gateway.with(new ManagementConfig(management.host(), free(management.host())));
    }
    return config.with(config.developmentKey() ? gateway.allowingItsPage() : gateway);
  }

  private static int free(String host) {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StartException("no free port at " + host, e);
    }
  }

  private static <T> Future<T> failed(String what, Throwable failure) {
    return Future.failedFuture(new StartException(what + ": " + failure.getMessage(), failure));
  }
}
