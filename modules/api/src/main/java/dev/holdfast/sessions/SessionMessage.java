package dev.holdfast.sessions;

import dev.holdfast.core.Attempt;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.tokens.ChannelGrant;
import dev.holdfast.tokens.TokenRef;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the sessions service. Immutable; each names its tenant.
 *
 * <p>If a message carries a {@code generation}, it has to be the one that holds the session. An
 * older one is FENCED, one that the store does not know LOST, that of a session that was ended
 * ENDED or REVOKED, and one that was detached SHUTTING_DOWN. Generation 0 is a service's request,
 * which is not fenced.
 *
 * <p>Each is safe to send again, but {@link Create}, which makes another session, and {@link
 * SetAttributes}, which then answers CONFLICT. UNAVAILABLE and TIMEOUT never mean that there is no
 * such session.
 */
public sealed interface SessionMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "sessions";

  @Override
  default String address() {
    return ADDRESS;
  }

  /**
   * Attaches a connection: to the session {@code resume} when that lives and is this user's,
   * otherwise to a new one. Never waits for the node that holds the session now. A failed attach
   * changes nothing. FENCED if a later attempt of the same client holds the session.
   *
   * <p>For the node that has the connection, which asks its own instance: attach and detach of a
   * node go through one instance, in order. An attach whose answer is lost takes itself back, as
   * long as the service gets nothing else about that connection. Its steps take up to 8 s when
   * Redis is slow: give it 10 s.
   *
   * @param resume the session wanted; none: a new one
   * @param attempt which of the client's attempts this is; none: it does not count them
   * @param fresh the new session, as its connection prepared it; none: it prepared nothing
   * @param token by which the caller came; none: not by a token. It is revoked if the session is
   *     closed as {@code revoked}
   */
  record Attach(
      Caller.User caller,
      @Nullable String resume,
      NodeId node,
      ConnectionInfo connection,
      @Nullable Attempt attempt,
      @Nullable NewSession fresh,
      @Nullable TokenRef token)
      implements SessionMessage<Attached> {
    /** Makes the attach of a client that does not count its attempts. */
    public Attach(
        Caller.User caller, @Nullable String resume, NodeId node, ConnectionInfo connection) {
      this(caller, resume, node, connection, null, null, null);
    }

    public Attach {
      Objects.requireNonNull(caller, "caller");
      Objects.requireNonNull(node, "node");
      Objects.requireNonNull(connection, "connection");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.attach(this);
    }
  }

  /**
   * Detaches: nothing happens unless node, start epoch and generation match. Stores the cursors
   * first.
   */
  record Detach(SessionRef session, NodeId node, Map<ChannelName, Position> cursors)
      implements SessionMessage<Answer.Done> {
    public Detach {
      cursors = Map.copyOf(cursors);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.detach(this);
    }
  }

  /**
   * Moves stored cursors, many sessions at once; answers those that their attachments do not hold.
   */
  record StoreCursors(List<Entry> entries) implements SessionMessage<Answer.Unheld> {
    public StoreCursors {
      entries = List.copyOf(entries);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.storeCursors(this);
    }

    /** One session's cursors; channels that it is not subscribed to are passed over. */
    public record Entry(SessionRef session, Map<ChannelName, Position> cursors)
        implements BusValue {
      public Entry {
        cursors = Map.copyOf(cursors);
      }
    }
  }

  /**
   * Adds subscriptions with their first cursors; LIMIT_EXCEEDED past 256 channels (then none is
   * added).
   */
  record Subscribe(SessionRef session, Map<ChannelName, Position> cursors)
      implements SessionMessage<Answer.Done> {
    public Subscribe {
      cursors = Map.copyOf(cursors);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.subscribe(this);
    }
  }

  /** Removes a subscription, if there is one; CONFLICT if it is granted, and is to stay then. */
  record Unsubscribe(SessionRef session, ChannelName channel, boolean unlessGranted)
      implements SessionMessage<Answer.Done> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.unsubscribe(this);
    }
  }

  /**
   * Notes that the session publishes to a channel. Answered before its first publication there.
   *
   * @param leaves a channel that is noted no longer, as each of this attachment's publications to
   *     it is answered
   */
  record NotePublishing(SessionRef session, ChannelName channel, @Nullable ChannelName leaves)
      implements SessionMessage<Answer.Done> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.notePublishing(this);
    }
  }

  /** Notes the token by which its client goes on, none: as before, and what channel tokens add. */
  record Refresh(SessionRef session, @Nullable TokenRef token, List<ChannelGrant> grants)
      implements SessionMessage<Answer.Done> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.refresh(this);
    }
  }

  /**
   * Creates a session for a user without a connection; it lingers from now on.
   *
   * @param attributes at most 64, keys of 1 to 64 and values of up to 4,096 characters
   */
  record Create(Caller caller, String tenant, String user, Map<String, String> attributes)
      implements SessionMessage<SessionView> {
    public Create {
      Names.tenant(tenant);
      Names.user(user);
      attributes = Attributes.checked(attributes);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.create(this);
    }
  }

  /** Answers a session; NOT_FOUND also if it is another user's or tenant's. */
  record Get(Caller caller, String tenant, String session) implements SessionMessage<SessionView> {
    public Get {
      Names.tenant(tenant);
      Names.id(session, "session");
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.get(this);
    }
  }

  /**
   * Replaces attributes if their version is still {@code version}; CONFLICT otherwise.
   *
   * @param attributes at most 64, keys of 1 to 64 and values of up to 4,096 characters
   */
  record SetAttributes(
      Caller caller, String tenant, String session, long version, Map<String, String> attributes)
      implements SessionMessage<SessionView> {
    public SetAttributes {
      Names.tenant(tenant);
      Names.id(session, "session");
      attributes = Attributes.checked(attributes);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.setAttributes(this);
    }
  }

  /** Starts the linger of a detached session anew. */
  record Touch(Caller caller, String tenant, String session)
      implements SessionMessage<Answer.Done> {
    public Touch {
      Names.tenant(tenant);
      Names.id(session, "session");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.touch(this);
    }
  }

  /**
   * Lists sessions in the order of their ids; FORBIDDEN if the caller may not. A page may be
   * shorter than its limit, even empty, before the last.
   *
   * @param user whose; none: of the whole tenant (services only)
   * @param after what the page before gave as {@code next}, or empty
   * @param limit 1 to 1,000
   */
  record ListSessions(Caller caller, String tenant, @Nullable String user, String after, int limit)
      implements SessionMessage<Answer.Page> {
    public ListSessions {
      Names.tenant(tenant);
      if (user != null) {
        Names.user(user);
      }
      if (!after.isEmpty()) {
        Names.id(after, "after");
      }
      if (limit < 1 || limit > 1_000) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "limit: 1 to 1000");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.list(this);
    }
  }

  /**
   * Ends a session now; done also if there was none, or another user's. Its connection is closed.
   *
   * @param reason an event-like name, for example {@code closed}. With {@link #REVOKED} its last
   *     token, and the one before a refresh, are revoked first; if that fails, the session stays.
   *     NOT_FOUND if there is none: its tokens are not known. A user needs {@code tokens:revoke}
   */
  record Close(Caller caller, String tenant, String session, String reason)
      implements SessionMessage<Answer.Done> {
    public static final String REVOKED = "revoked";

    public Close {
      Names.tenant(tenant);
      Names.id(session, "session");
      Names.id(reason, "reason");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.close(this);
    }
  }

  /** Answers those of these sessions that live. Between services: the asker checks its caller. */
  record Views(String tenant, List<String> sessions) implements SessionMessage<Answer.Page> {
    public Views {
      Names.tenant(tenant);
      sessions = List.copyOf(sessions);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.views(this);
    }
  }

  /**
   * Looks at up to 100 sessions per shard that may have to end. Between services: to be asked by a
   * node only after it has held its lease for two periods.
   *
   * @param shards of the due-time sets
   * @param dead nodes that can never come back; a session that is attached to one is detached
   */
  record Sweep(List<Integer> shards, Set<NodeId> dead) implements SessionMessage<Answer.Swept> {
    public Sweep {
      shards = List.copyOf(shards);
      dead = Set.copyOf(dead);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.sweep(this);
    }
  }

  /**
   * Detaches up to {@code limit} sessions that the index of a dead node lists. Between services:
   * the asker has claimed the node, which can never come back. Safe to repeat, and to break off.
   */
  record Reap(NodeId node, int limit) implements SessionMessage<Answer.Reaped> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.reap(this);
    }
  }

  /**
   * Renews the TTLs of up to 50 sessions that are attached to this node, so that a connection that
   * is silent for days keeps its session.
   *
   * @param after what the call before gave as {@code next}, or empty
   */
  record Renew(NodeId node, String after) implements SessionMessage<Answer.Renewed> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.renew(this);
    }
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R attach(Attach message);

    R detach(Detach message);

    R storeCursors(StoreCursors message);

    R subscribe(Subscribe message);

    R unsubscribe(Unsubscribe message);

    R notePublishing(NotePublishing message);

    R refresh(Refresh message);

    R create(Create message);

    R get(Get message);

    R setAttributes(SetAttributes message);

    R touch(Touch message);

    R list(ListSessions message);

    R close(Close message);

    R views(Views message);

    R sweep(Sweep message);

    R reap(Reap message);

    R renew(Renew message);
  }

  <R> R dispatch(Handler<R> handler);
}
