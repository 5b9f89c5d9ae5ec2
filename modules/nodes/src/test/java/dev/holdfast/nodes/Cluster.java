package dev.holdfast.nodes;

import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.service.SessionEvent;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionsConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A sessions service, any number of nodes, and those that exist in Redis only: they are dead soon.
 */
final class Cluster implements AutoCloseable {
  static final Duration LEASE = Duration.ofMillis(600);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final NodeInfo INFO = new NodeInfo("127.0.0.1:1", "test");

  final String tenant = "t" + Ids.fresh();
  final Caller.User ann = user("ann");
  final Caller.Service service = new Caller.Service("tests", "1", Set.of(tenant), Set.of());
  final Vertx vertx = Vertx.vertx();
  final Bus bus = new Bus(vertx);
  final ServiceClient sessions = ServiceClient.local(bus, TIMEOUT);
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final List<SessionEvent> events = new CopyOnWriteArrayList<>();
  final RedisLink raw;
  final NodeStore store;
  private final RedisConfig redis;
  private final List<NodesVerticle> nodes = new ArrayList<>();

  private Cluster(RedisConfig redis, RedisLink raw) {
    this.redis = redis;
    this.raw = raw;
    this.store = new NodeStore(raw);
  }

  static Cluster start(String uri, Duration linger) {
    RedisConfig redis =
        RedisConfig.of(uri)
            .withConnectTimeout(Duration.ofSeconds(20))
            .withCommandTimeout(Duration.ofSeconds(2))
            .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100));
    Vertx outside = Vertx.vertx();
    RedisLink raw = await(RedisLink.open(outside, redis, "test", new SimpleMeterRegistry()));
    var cluster = new Cluster(redis, raw);
    SessionsConfig config = SessionsConfig.defaults().withLinger(linger);
    await(cluster.vertx.deployVerticle(cluster.sessions(config)));
    return cluster;
  }

  private SessionsVerticle sessions(SessionsConfig config) {
    return new SessionsVerticle(bus, redis, config, this::note, meters);
  }

  private Future<Void> note(SessionEvent event) {
    events.add(event);
    return Future.succeededFuture();
  }

  /** A node like those of production, but faster. */
  NodesVerticle node() {
    return node(new NodesVerticle("n" + Ids.fresh(), INFO, redis, config(), sessions, meters));
  }

  NodesVerticle node(NodesVerticle verticle) {
    await(vertx.deployVerticle(verticle));
    nodes.add(verticle);
    return verticle;
  }

  NodesVerticle undeployed() {
    return undeployed(config());
  }

  NodesVerticle undeployed(LeaseConfig config) {
    return new NodesVerticle("n" + Ids.fresh(), INFO, redis, config, sessions, meters);
  }

  void stop(NodesVerticle node) {
    await(vertx.undeploy(node.deploymentID()));
  }

  static LeaseConfig config() {
    return LeaseConfig.of(LEASE, Duration.ofMillis(100))
        .withSweep(Duration.ofMillis(100))
        .withLookBack(Duration.ofMillis(100));
  }

  /** A node that never renews its lease. */
  NodeId dying(Duration lease) {
    NodeId node = new NodeId("dead" + Ids.fresh(), await(store.time()));
    await(store.open(node, lease, INFO));
    return node;
  }

  SessionRef attach(Caller.User user, NodeId node) {
    return attach(user, null, node).session();
  }

  Attached attach(Caller.User user, String resume, NodeId node) {
    var connection = new ConnectionInfo(Ids.fresh(), "test 1.0", "127.0.0.1", 0);
    return await(sessions.ask(new SessionMessage.Attach(user, resume, node, connection)));
  }

  List<SessionRef> attachMany(int count, NodeId node) {
    List<SessionRef> attached = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      attached.add(attach(ann, node));
    }
    return attached;
  }

  SessionView view(SessionRef session) {
    return await(sessions.ask(new SessionMessage.Get(service, tenant, session.session())));
  }

  boolean attached(SessionRef session) {
    return view(session).attachedTo() != null;
  }

  boolean anyAttached(List<SessionRef> some) {
    return some.stream().anyMatch(this::attached);
  }

  void detach(SessionRef session, NodeId node) {
    await(sessions.ask(new SessionMessage.Detach(session, node, Map.of())));
  }

  /** Nothing of the node is left but the note that it was. */
  boolean isBuried(NodeId node) {
    boolean noted = !redis("ZSCORE", Keys.buried(), node.toString()).isNull();
    return noted
        && redis("ZSCORE", Keys.leases(), node.toString()).isNull()
        && redis("HGET", Keys.nodeInfo(), node.toString()).isNull()
        && redis("EXISTS", Keys.claim(node), Keys.nodeSessions(node)).asLong() == 0;
  }

  Reply redis(String command, Object... args) {
    return await(raw.send(command, args));
  }

  Caller.User user(String name) {
    return new Caller.User(tenant, name, Set.of(), Set.of());
  }

  static <A> A await(Future<A> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    nodes.stream()
        .filter(node -> vertx.deploymentIDs().contains(node.deploymentID()))
        .forEach(this::stop);
    await(vertx.close());
    await(raw.close());
  }
}
