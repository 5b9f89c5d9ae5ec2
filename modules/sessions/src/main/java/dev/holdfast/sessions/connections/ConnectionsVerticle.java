package dev.holdfast.sessions.connections;

import dev.holdfast.connections.Connection;
import dev.holdfast.connections.ConnectionAnswer;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@link ConnectionMessage}s: a connection is the attachment in a session's record, found by
 * the indexes and always checked against the record. Holds no state; one instance per node.
 */
public final class ConnectionsVerticle extends VerticleBase
    implements ConnectionMessage.Handler<Future<?>> {
  private static final int COUNTED_AT_ONCE = 500;

  private final Bus bus;
  private final RedisConfig redis;
  private final ServiceClient sessions;
  private final MeterRegistry registry;
  private @Nullable RedisLink link;
  private @Nullable Serving<?> consumer;

  @SuppressWarnings("NullAway.Init")
  private NodeIndex index;

  public ConnectionsVerticle(
      Bus bus, RedisConfig redis, ServiceClient sessions, MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.sessions = sessions;
    this.registry = registry;
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "connections", registry).compose(this::serve);
  }

  @Override
  public Future<?> stop() {
    Future<Void> unregistered = consumer == null ? Future.succeededFuture() : consumer.unregister();
    Future<Void> closed = link == null ? Future.succeededFuture() : link.close();
    return Future.join(unregistered, closed);
  }

  @Override
  public Future<?> find(ConnectionMessage.Find message) {
    return session(message.caller(), message.tenant(), message.session())
        .map(ConnectionsVerticle::attached);
  }

  @Override
  public Future<?> list(ConnectionMessage.ListConnections message) {
    Selection selection = message.selection();
    check(message.caller(), selection);
    return selection.user() == null ? ofNodes(message) : ofUser(message);
  }

  @Override
  public Future<?> count(ConnectionMessage.Count message) {
    Selection selection = message.selection();
    check(message.caller(), selection);
    Future<Long> counted =
        selection.user() == null
            ? nodes(selection).compose(nodes -> index.count(selection.tenant(), nodes))
            : countOfUser(message, "", 0);
    return counted.map(ConnectionAnswer.Counted::new);
  }

  @Override
  public Future<?> disconnect(ConnectionMessage.Disconnect message) {
    return session(message.caller(), message.tenant(), message.session())
        .map(view -> new ConnectionAnswer.Disconnected(disconnected(view, message.reason())));
  }

  @Override
  public Future<?> nodes(ConnectionMessage.Nodes message) {
    if (!(message.caller() instanceof Caller.Service)) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "nodes: not for users");
    }
    return index.live().map(ConnectionsVerticle::sorted);
  }

  private Future<Void> serve(RedisLink opened) {
    link = opened;
    index = new NodeIndex(opened);
    Serving<ConnectionMessage<?>> served =
        bus.serve(ConnectionMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    return served.completion();
  }

  private Future<SessionView> session(Caller caller, String tenant, String session) {
    return sessions.ask(new SessionMessage.Get(caller, tenant, session));
  }

  private boolean disconnected(SessionView view, String reason) {
    Attachment attachment = view.attachedTo();
    if (attachment == null) {
      return false;
    }
    bus.hint(
        attachment.node().address(),
        new NodeNotice.Disconnect(view.tenant(), view.session(), attachment.connection(), reason));
    return true;
  }

  private Future<ConnectionAnswer.Page> ofUser(ConnectionMessage.ListConnections message) {
    Selection selection = message.selection();
    return sessionsOfUser(message.caller(), selection, message.after(), message.limit())
        .map(page -> page(page.sessions(), selection, page.next()));
  }

  private Future<ConnectionAnswer.Page> ofNodes(ConnectionMessage.ListConnections message) {
    Selection selection = message.selection();
    return nodes(selection)
        .compose(
            nodes -> index.sessions(selection.tenant(), nodes, message.after(), message.limit()))
        .compose(ids -> viewed(selection, ids, message.limit()));
  }

  private Future<ConnectionAnswer.Page> viewed(Selection selection, List<String> ids, int limit) {
    String next = ids.size() < limit ? null : ids.get(limit - 1);
    return sessions
        .ask(new SessionMessage.Views(selection.tenant(), ids))
        .map(page -> page(page.sessions(), selection, page.next() == null ? next : page.next()));
  }

  private Future<Long> countOfUser(ConnectionMessage.Count message, String after, long before) {
    Selection selection = message.selection();
    return sessionsOfUser(message.caller(), selection, after, COUNTED_AT_ONCE)
        .compose(page -> counted(message, page, before));
  }

  private Future<Long> counted(ConnectionMessage.Count message, Answer.Page page, long before) {
    Predicate<SessionView> wanted = isAttached(message.selection().node());
    long count = before + page.sessions().stream().filter(wanted).count();
    String next = page.next();
    return next == null ? Future.succeededFuture(count) : countOfUser(message, next, count);
  }

  private Future<Answer.Page> sessionsOfUser(
      Caller caller, Selection selection, String after, int limit) {
    return sessions.ask(
        new SessionMessage.ListSessions(
            caller, selection.tenant(), selection.user(), after, limit));
  }

  private Future<Set<NodeId>> nodes(Selection selection) {
    NodeId node = selection.node();
    return node == null ? index.nodes() : Future.succeededFuture(Set.of(node));
  }

  private static ConnectionAnswer.Nodes sorted(Map<NodeId, NodeInfo> live) {
    return new ConnectionAnswer.Nodes(
        live.entrySet().stream()
            .map(node -> new ConnectionAnswer.LiveNode(node.getKey(), node.getValue()))
            .sorted(Comparator.comparing(one -> one.node().toString()))
            .toList());
  }

  private static ConnectionAnswer.Page page(
      List<SessionView> views, Selection selection, @Nullable String next) {
    List<Connection> connections =
        views.stream().filter(isAttached(selection.node())).map(Connection::of).toList();
    return new ConnectionAnswer.Page(connections, next);
  }

  /**
   * @param node none: anywhere
   */
  private static Predicate<SessionView> isAttached(@Nullable NodeId node) {
    return view -> {
      Attachment attachment = view.attachedTo();
      return attachment != null && (node == null || attachment.node().equals(node));
    };
  }

  private static Connection attached(SessionView view) {
    if (view.attachedTo() == null) {
      throw new HoldfastException(ErrorCode.NOT_FOUND, "connection: there is none");
    }
    return Connection.of(view);
  }

  private static void check(Caller caller, Selection selection) {
    boolean own = !(caller instanceof Caller.User user) || user.user().equals(selection.user());
    if (!own || !caller.actsFor(selection.tenant())) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "connections: not this caller's");
    }
  }
}
