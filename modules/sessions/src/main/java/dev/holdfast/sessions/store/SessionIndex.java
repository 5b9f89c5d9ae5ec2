package dev.holdfast.sessions.store;

import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of sessions: by user, tenant and node, and by the time at which they may have to end.
 * Hints all of them: written before the session's record and removed after it, and to be checked
 * against it when read. Used on the context of its link; a call writes its commands at once, in one
 * go.
 */
public final class SessionIndex {
  /** Longer than the session's own TTL, so that an index never forgets a session that lives. */
  private static final Duration BEYOND_BACKSTOP = Duration.ofHours(1);

  private static final Script PUT = Script.of("sessions", "session_index");
  private static final Script SETTLE = Script.of("sessions", "session_due");

  /** An entry of a session that is there already, which even a full Redis takes. */
  private static final String KEEP = "keep";

  private static final String ADD = "add";

  private final RedisLink link;
  private final long ttl;

  public SessionIndex(RedisLink link, SessionsConfig config) {
    this.link = link;
    this.ttl = config.backstop().plus(BEYOND_BACKSTOP).toMillis();
  }

  /** A session that may have to end, with the score of its entry. */
  public record Due(SessionKey session, long score) {}

  /** The answer to whether another session may be made. */
  public enum Room {
    FREE,
    USER_FULL,
    TENANT_FULL
  }

  /**
   * Lists a session that is to be made; fails with STORE_FULL if Redis is full. If there is no
   * room, the caller has to remove it: some of its entries may be there.
   *
   * @param node where it will be attached, if it will
   */
  public Future<Room> add(
      SessionKey session, String user, @Nullable NodeId node, SessionLimits most) {
    String id = session.session();
    long share = most.share(Keys.shard(id));
    Future<Boolean> ofUser = add(Keys.userSessions(session.tenant(), user), id, most.user());
    Future<Boolean> ofTenant = add(tenantKey(session), id, share);
    Future<Boolean> ofNode =
        node == null
            ? Future.succeededFuture(true)
            : add(Keys.nodeSessions(node), session.toString(), Long.MAX_VALUE);
    return Future.all(ofUser, ofTenant, ofNode)
        .map(done -> room(ofUser.result(), ofTenant.result()));
  }

  private static Room room(boolean ofUser, boolean ofTenant) {
    Room full = ofUser ? Room.TENANT_FULL : Room.USER_FULL;
    return ofUser && ofTenant ? Room.FREE : full;
  }

  private Future<Boolean> add(String key, String member, long most) {
    List<Object> args = List.of(member, 0, ttl, ADD, most);
    return PUT.run(link, List.of(key), args).map(reply -> reply.asText().equals("OK"));
  }

  /**
   * Lists a session that is there already, even if Redis is full.
   *
   * @param node where it is attached, or will be, if at all
   */
  public Future<Void> keep(SessionKey session, String user, @Nullable NodeId node) {
    List<Future<?>> written = new ArrayList<>();
    String id = session.session();
    written.add(keep(Keys.userSessions(session.tenant(), user), id, 0, ttl));
    written.add(keep(tenantKey(session), id, 0, ttl));
    if (node != null) {
      written.add(keepAt(session, node));
    }
    return Future.all(written).mapEmpty();
  }

  /** Lists a session that will be attached to a node there, even if Redis is full. */
  public Future<Void> keepAt(SessionKey session, NodeId node) {
    return keep(Keys.nodeSessions(node), session.toString(), 0, ttl).mapEmpty();
  }

  /** Removes a session that has left a node from the node's index. */
  public Future<Void> leave(SessionKey session, NodeId node) {
    return link.send("ZREM", Keys.nodeSessions(node), session.toString()).mapEmpty();
  }

  /**
   * Removes a session that has ended for good; its id is never used again.
   *
   * @param user if it is known
   * @param node where it was attached, if it was
   */
  public Future<Void> remove(SessionKey session, @Nullable String user, @Nullable NodeId node) {
    List<Future<?>> written = new ArrayList<>();
    written.add(link.send("ZREM", tenantKey(session), session.session()));
    written.add(link.send("ZREM", dueKey(session), session.toString()));
    if (user != null) {
      written.add(unlistUser(session, user));
    }
    if (node != null) {
      written.add(leave(session, node));
    }
    return Future.all(written).mapEmpty();
  }

  /** Removes a session from a user's index, after it was found to be gone. */
  public Future<Void> unlistUser(SessionKey session, String user) {
    return link.send("ZREM", Keys.userSessions(session.tenant(), user), session.session())
        .mapEmpty();
  }

  /** Removes a session from a tenant's index, after it was found to be gone. */
  public Future<Void> unlistTenant(SessionKey session) {
    return link.send("ZREM", tenantKey(session), session.session()).mapEmpty();
  }

  /**
   * Sets the time at which a session is looked at, before it is detached; even if Redis is full.
   *
   * @param at Redis time in ms, about
   */
  public Future<Void> setDue(SessionKey session, long at) {
    return keep(dueKey(session), session.toString(), at, 0).mapEmpty();
  }

  /** Returns up to {@code limit} sessions that are due, the earliest first. */
  public Future<List<Due>> due(int shard, long now, int limit) {
    return link.send("ZRANGEBYSCORE", Keys.due(shard), "-inf", now, "WITHSCORES", "LIMIT", 0, limit)
        .map(SessionIndex::dues);
  }

  /** Moves a due entry, unless the session was detached anew since it was read. */
  public Future<Void> postpone(Due due, long to) {
    return settle(due, Long.toString(to));
  }

  /** Removes a due entry, unless the session was detached anew since it was read. */
  public Future<Void> drop(Due due) {
    return settle(due, "");
  }

  /** Ids in their order. */
  public Future<List<String>> ofUser(String tenant, String user, String after, int limit) {
    return range(Keys.userSessions(tenant, user), after, limit);
  }

  /** Ids in their order. */
  public Future<List<String>> ofTenant(String tenant, int shard, String after, int limit) {
    return range(Keys.tenantSessions(tenant, shard), after, limit);
  }

  /** Counts the sessions that the node's index lists. */
  public Future<Long> sizeOfNode(NodeId node) {
    return link.send("ZCARD", Keys.nodeSessions(node)).map(Reply::asLong);
  }

  /** Returns members in the order of their text, {@code tenant:session}. */
  public Future<List<SessionKey>> ofNode(NodeId node, String after, int limit) {
    return range(Keys.nodeSessions(node), after, limit)
        .map(members -> members.stream().map(SessionKey::parse).toList());
  }

  private Future<Reply> keep(String key, String member, long score, long ttl) {
    return PUT.run(link, List.of(key), List.of(member, score, ttl, KEEP, ""));
  }

  private Future<Void> settle(Due due, String to) {
    List<Object> args = List.of(due.session().toString(), due.score(), to);
    return SETTLE.run(link, List.of(dueKey(due.session())), args).mapEmpty();
  }

  private Future<List<String>> range(String key, String after, int limit) {
    String from = after.isEmpty() ? "-" : "(" + after;
    return link.send("ZRANGEBYLEX", key, from, "+", "LIMIT", 0, limit)
        .map(reply -> reply.list().stream().map(Reply::asText).toList());
  }

  private static List<Due> dues(Reply reply) {
    List<Due> dues = new ArrayList<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      SessionKey session = SessionKey.parse(reply.at(i).asText());
      dues.add(new Due(session, reply.at(i + 1).asLong()));
    }
    return dues;
  }

  private static String tenantKey(SessionKey session) {
    return Keys.tenantSessions(session.tenant(), Keys.shard(session.session()));
  }

  private static String dueKey(SessionKey session) {
    return Keys.due(Keys.shard(session.session()));
  }
}
