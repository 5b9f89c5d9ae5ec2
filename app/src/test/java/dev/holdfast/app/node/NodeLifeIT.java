package dev.holdfast.app.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.app.config.ConfigReader;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.node.health.JvmMeters;
import dev.holdfast.app.start.Keys;
import dev.holdfast.app.start.NodeRedis;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node's life in this process, on a bus of its own, while it starts. */
@ExtendWith(RedisExtension.class)
class NodeLifeIT {
  /** Acts of the first moments: each has a warning in the node's own log. */
  private static final int MOST = 20;

  private final String tenant = "t" + Ids.fresh();
  private final Caller desk = new Caller.Service("desk", "1", Set.of(tenant), Set.of("audit:read"));
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final ServiceClient services = ServiceClient.local(bus, Duration.ofSeconds(10));
  private final JvmMeters meters = new JvmMeters();

  @AfterEach
  void stop() throws Exception {
    get(vertx.close());
    meters.close();
  }

  /** Its first services were asked before anybody noted it. */
  @Test
  @Timeout(120)
  void whatIsDoneWhileItStartsIsNotedOrNotSaidToBeDone(
      @OwnRedis TestRedis redis, @TempDir Path folder) throws Exception {
    var life = new NodeLife(parts(redis, folder), List.of(), () -> {});
    Future<NodeId> started = life.start();
    List<String> done = new ArrayList<>();
    int asked = 0;
    // The last act may come when it has just started: a busy machine may leave no time before.
    while (!started.failed() && (asked == 0 || !started.isComplete() && asked < MOST)) {
      String session = "s" + Ids.fresh();
      Future<?> closed = close(session);
      get(closed.otherwiseEmpty());
      asked += isDone(closed) ? 1 : 0;
      if (closed.succeeded()) {
        done.add(session);
      }
      get(vertx.timer(1));
    }
    get(started);
    String last = "s" + Ids.fresh();
    get(close(last));
    done.add(last);

    var log = new Channel(tenant, ChannelName.AUDIT);
    String entries =
        get(services.ask(new ChannelMessage.History(desk, log, null, 1_000))).toString();
    assertEquals(List.of(), done.stream().filter(one -> !entries.contains(one)).toList());
    get(life.stop());
  }

  /** Ends a session that nobody has, which an operator may do, and is noted. */
  private Future<?> close(String session) {
    var origin = new Origin(tenant, true, "desk", "", "");
    return services.by(origin).ask(new SessionMessage.Close(desk, tenant, session, "closed"));
  }

  /** Also if it could not be noted; not if there was no service yet. */
  private static boolean isDone(Future<?> closed) {
    return closed.succeeded() || String.valueOf(closed.cause().getMessage()).contains("not noted");
  }

  private NodeParts parts(TestRedis redis, Path folder) {
    int port = FreePorts.take();
    HoldfastConfig config =
        new ConfigReader(Map.of())
            .flag("data", folder)
            .flag("gateways", 1)
            .flag("gateway.port", port)
            .flag("redis.uri", redis.uri())
            .flag("redis.connectTimeout", "20s")
            .read();
    NodeRedis server = NodeRedis.of(config, reason -> {});
    var address = new HostPort("127.0.0.1", port);
    return new NodeParts("n1", bus, config, address, server, Keys.trusted(config), meters);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
