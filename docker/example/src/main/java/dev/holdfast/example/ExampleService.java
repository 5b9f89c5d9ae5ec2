package dev.holdfast.example;

import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceHost;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the users of a tenant the time: once a second by an event {@code clock.tick} in {@code
 * topic:clock}, and to who asks, by the method {@code now} of the service {@code clock}.
 *
 * <p>Several of them share the requests; each publishes, in an order of its own. Its state is
 * touched on its own context.
 */
public final class ExampleService extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ExampleService.class);
  private static final String NAME = "clock";
  private static final long TICK_MS = 1_000;

  private final Channel channel;
  private final ServicePublisher publisher;
  private final ServiceHost host;

  /**
   * @param tenant whose users get the time
   */
  public ExampleService(Bus bus, String tenant) {
    var self = new Caller.Service(NAME, Ids.fresh(), Set.of(tenant), Set.of());
    this.channel = new Channel(tenant, ChannelName.parse("topic:clock"));
    this.publisher = new ServicePublisher(bus, self, ServicePublisherConfig.DEFAULT);
    this.host =
        new ServiceHost(bus, NAME).method("now", (caller, data) -> Future.succeededFuture(time()));
  }

  /** Joins as the variables {@code HOLDFAST_CLUSTER_…} say. */
  public static void main(String[] args) {
    String tenant = System.getenv().getOrDefault("EXAMPLE_TENANT", "acme");
    Future.succeededFuture(System.getenv())
        .map(ClusterConfig::of)
        .compose(config -> Cluster.join(config))
        .onSuccess(vertx -> Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(vertx))))
        .compose(vertx -> vertx.deployVerticle(new ExampleService(new Bus(vertx), tenant)))
        .onSuccess(done -> LOG.info("sends the users of {} the time", tenant))
        .onFailure(ExampleService::giveUp);
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(TICK_MS, timer -> tick());
    return host.start();
  }

  @Override
  public Future<?> stop() {
    publisher.close();
    return host.stop();
  }

  /** The publisher resends until the tick is stored; what it gives up is logged here. */
  private void tick() {
    publisher
        .publish(channel, "clock.tick", time())
        .onFailure(failure -> LOG.warn("a tick was not stored: {}", failure.getMessage()));
  }

  private static String time() {
    return "{\"time\":\"" + Instant.now() + "\"}";
  }

  private static void leave(Vertx vertx) {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static void giveUp(Throwable failure) {
    LOG.error("The service did not start: {}", failure.getMessage());
    System.exit(1);
  }
}
