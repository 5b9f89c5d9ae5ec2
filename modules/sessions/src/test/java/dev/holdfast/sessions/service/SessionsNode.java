package dev.holdfast.sessions.service;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionLimits;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/** One node's sessions service with a Vert.x of its own, as tests want it. */
final class SessionsNode implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(15);

  final Vertx vertx = Vertx.vertx();
  final Bus bus = new Bus(vertx);
  final NodeId id = new NodeId("n" + Ids.fresh(), 1);
  final ServiceClient client = ServiceClient.local(bus, TIMEOUT);
  final List<SessionEvent> events = new CopyOnWriteArrayList<>();
  final List<NodeNotice> notices = new CopyOnWriteArrayList<>();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final RedisLink raw;
  SessionsVerticle verticle;

  private SessionsNode(RedisConfig redis) {
    raw = await(RedisLink.open(vertx, redis, "test", meters));
    var inbox = new NodeInbox(bus, id);
    inbox.on(NodeNotice.Replaced.class, notices::add);
    inbox.on(NodeNotice.Ended.class, notices::add);
    await(inbox.open());
  }

  static SessionsNode start(String redis, SessionsConfig config) {
    // A first connection of a JVM on a busy machine.
    var patient = RedisConfig.of(redis).withConnectTimeout(Duration.ofSeconds(10));
    return start(patient, config, event -> Future.succeededFuture());
  }

  /** One with limits. */
  static SessionsNode start(String redis, Function<String, SessionLimits> limits) {
    var node = new SessionsNode(RedisConfig.of(redis));
    Function<SessionEvent, Future<Void>> events = event -> Future.succeededFuture();
    node.verticle =
        new SessionsVerticle(
                node.bus, RedisConfig.of(redis), SessionsConfig.defaults(), events, node.meters)
            .limitedBy(limits);
    await(node.vertx.deployVerticle(node.verticle));
    return node;
  }

  static SessionsNode start(
      RedisConfig redis, SessionsConfig config, Function<SessionEvent, Future<Void>> events) {
    var node = new SessionsNode(redis);
    Function<SessionEvent, Future<Void>> noted =
        event -> {
          node.events.add(event);
          return events.apply(event);
        };
    node.verticle = new SessionsVerticle(node.bus, redis, config, noted, node.meters);
    await(node.vertx.deployVerticle(node.verticle));
    return node;
  }

  Attached attach(Caller.User user, String resume) {
    return await(attaching(user, resume));
  }

  Future<Attached> attaching(Caller.User user, String resume) {
    var connection = new ConnectionInfo(Ids.fresh(), "test 1.0", "127.0.0.1", 0);
    return client.ask(new SessionMessage.Attach(user, resume, id, connection));
  }

  void detach(SessionRef session) {
    await(client.ask(new SessionMessage.Detach(session, id, Map.of())));
  }

  Answer.Swept sweep() {
    List<Integer> shards = IntStream.range(0, Keys.SHARDS).boxed().toList();
    return await(client.ask(new SessionMessage.Sweep(shards, Set.of())));
  }

  List<SessionEvent.Kind> eventsOf(String session) {
    return events.stream()
        .filter(event -> event.session().equals(session))
        .map(SessionEvent::kind)
        .toList();
  }

  Reply redis(String command, Object... args) {
    return await(raw.send(command, args));
  }

  /**
   * All keys that name the tenant, and due entries of its sessions; but for what is kept for some
   * minutes of how a session ended.
   */
  List<String> leftOf(String tenant) {
    List<String> left = new ArrayList<>();
    redis("KEYS", "hf:*{" + tenant + "[:/]*").list().forEach(key -> left.add(key.asText()));
    left.removeIf(key -> key.startsWith("hf:sess:") && isEndOnly(key));
    for (int shard = 0; shard < Keys.SHARDS; shard++) {
      for (Reply member : redis("ZRANGE", Keys.due(shard), 0, -1).list()) {
        if (member.asText().startsWith(tenant + ":")) {
          left.add("due " + member.asText());
        }
      }
    }
    return left;
  }

  /** Whose records there are, ended ones apart. */
  List<String> sessionsOf(String tenant) {
    String before = "hf:sess:{" + tenant + ":";
    return leftOf(tenant).stream()
        .filter(key -> key.startsWith(before))
        .map(key -> key.substring(before.length(), key.length() - 1))
        .toList();
  }

  private boolean isEndOnly(String key) {
    return redis("HEXISTS", key, "user").asLong() == 0
        && redis("HGET", key, "state").asText().equals("ended")
        && redis("PTTL", key).asLong() <= 180_000;
  }

  Set<String> nodeIndex() {
    return nodeIndex(id);
  }

  Set<String> nodeIndex(NodeId node) {
    return Set.copyOf(
        redis("ZRANGE", Keys.nodeSessions(node), 0, -1).list().stream()
            .map(Reply::asText)
            .toList());
  }

  static Caller.User user(String tenant, String user) {
    return new Caller.User(tenant, user, Set.of("member"), Set.of("subscribe:topic:*"));
  }

  static Caller.Service service(String tenant) {
    return new Caller.Service("tests", "one", Set.of(tenant), Set.of());
  }

  static String tenant() {
    return "t" + Ids.fresh();
  }

  static <A> A await(Future<A> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** The code and the text that a request is refused with. */
  static String refusal(Future<? extends BusValue> asked) {
    try {
      return "not refused: " + await(asked);
    } catch (HoldfastException e) {
      return e.code() + " " + e.publicMessage() + " " + e.getMessage();
    }
  }

  static ErrorCode code(Future<? extends BusValue> asked) {
    try {
      throw new AssertionError("not refused: " + await(asked));
    } catch (HoldfastException e) {
      return e.code();
    }
  }

  /** Stops in good order. */
  @Override
  public void close() {
    await(vertx.close());
  }
}
