package dev.holdfast.example;

import dev.holdfast.channels.ChannelConsumer;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that does what services do, and logs the results: {@code host <port>} answers; {@code
 * ask <port of a host>} asks it, and publishes and consumes where no node is, so that all of it
 * fails and is tried again; then it asks once more when the host is gone.
 */
final class ServiceProbe {
  private static final String SECRET = "the secret of a test, long enough to be one";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** For what fails, as no node is there. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final Caller.Service SELF =
      new Caller.Service("probe", Ids.fresh(), Set.of("acme"), Set.of());

  private static final Logger LOG = LoggerFactory.getLogger(ServiceProbe.class);

  private ServiceProbe() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    if (args[0].equals("host")) {
      var bus = new Bus(join(port, List.of()));
      get(new ServiceHost(bus, "echo").method("say", (caller, data) -> say(data)).start());
      LOG.info("HOSTS");
    } else {
      Vertx vertx = join(0, List.of(new HostPort("127.0.0.1", port)));
      ask(new Bus(vertx));
      get(vertx.close());
      LOG.info("DONE");
    }
  }

  private static Vertx join(int port, List<HostPort> members) throws Exception {
    var config =
        new ClusterConfig(
            "probe-" + SECRET.hashCode(),
            "127.0.0.1",
            port,
            0,
            null,
            members,
            Duration.ofSeconds(5),
            null,
            SECRET,
            false);
    return get(Cluster.join(config));
  }

  private static Future<String> say(String data) {
    return Future.succeededFuture(data);
  }

  private static void ask(Bus bus) throws Exception {
    LOG.info("ANSWER {}", get(say(bus)).data());
    LOG.info("PUBLISHED {}", code(publish(bus)));
    LOG.info("CONSUMED {}", code(consume(bus)));
    LOG.info("KILL");
    System.in.read();
    LOG.info("GONE {}", code(say(bus)));
  }

  private static Future<ServiceReply> say(Bus bus) {
    return bus.askService(
        "echo", new ServiceRequest(SELF, Ids.fresh(), "say", "\"echo\""), PATIENCE);
  }

  private static Future<?> publish(Bus bus) {
    var patience = new ServicePublisherConfig(Duration.ofMillis(200), SHORT, 10);
    var topic = new Channel("acme", ChannelName.parse("topic:news"));
    return new ServicePublisher(bus, SELF, patience).publish(topic, "note", "{}");
  }

  /** It tries for ever while there is no node: it is stopped after some tries. */
  private static Future<?> consume(Bus bus) {
    var sessions = new Channel("acme", ChannelName.system("sessions"));
    var consumer = new ChannelConsumer(bus, SELF, sessions, "probe");
    Future<Void> started = consumer.start(publication -> Future.succeededFuture());
    bus.vertx().setTimer(SHORT.toMillis(), timer -> consumer.stop());
    return started;
  }

  private static String code(Future<?> failing) throws Exception {
    return get(failing.map("nothing").otherwise(e -> HoldfastException.from(e).code().name()))
        .toLowerCase();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
