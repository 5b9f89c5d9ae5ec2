package dev.holdfast.sessions.store;

import dev.holdfast.core.Attempt;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.NewSession;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.tokens.ChannelGrant;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in Redis: what is in a session's own slot. One method per script; each is atomic, and
 * they reach Redis in the order of the calls. Used on the context of its link; failures are the
 * link's, and those that are named here.
 */
public final class SessionStore {
  /** A quarter of the backstop is soon enough: the node renews what it holds, too. */
  private static final int RENEWED_IN_BACKSTOP = 4;

  private static final Script PEEK = script("session_peek");
  private static final Script ATTACH = script("session_attach");
  private static final Script CREATE = script("session_create");
  private static final Script DETACH = script("session_detach");
  private static final Script CURSORS = script("session_cursors");
  private static final Script SUBSCRIBE = script("session_subscribe");
  private static final Script UNSUBSCRIBE = script("session_unsubscribe");
  private static final Script PUBLISHING = script("session_publishing");
  private static final Script GET = script("session_get");
  private static final Script ATTRIBUTES = script("session_attributes");
  private static final Script TOUCH = script("session_touch");
  private static final Script END = script("session_end");

  private final RedisLink link;
  private final SessionsConfig config;
  private final String ttl;
  private final PublisherKeys publishers;

  public SessionStore(RedisLink link, SessionsConfig config) {
    this.link = link;
    this.config = config;
    this.publishers = new PublisherKeys(link, config);
    this.ttl = Long.toString(config.backstop().toMillis());
  }

  /**
   * Checks that Redis has room; to be called before a session is made or gets attributes.
   *
   * @throws HoldfastException STORE_FULL while the reserve of Redis is touched
   */
  public void requireRoom() {
    link.reserve().require();
  }

  /**
   * A session's user.
   *
   * @param alive false if it ended, or is past its due time
   * @param listed whether its entries in the indexes of user and tenant need not be written again:
   *     its node, which renews them each hour, will do it in time
   */
  public record Peeked(String user, boolean alive, boolean listed) {}

  /** The ways to attach. */
  public enum How {
    /** The session is new, its id unused, and its index entries are written. */
    NEW,
    /** It is resumed; only the entry of its node is written. */
    RESUME,
    /** It is resumed, and all its index entries are written. */
    RELIST
  }

  /**
   * The state of a session that an attach has found and made.
   *
   * @param before who held it, if somebody did
   * @param granted which of the subscriptions a service made
   */
  public record Holding(
      long generation,
      long now,
      @Nullable Attachment before,
      Map<ChannelName, Position> subscriptions,
      Set<ChannelName> granted,
      List<ChannelGrant> grants,
      Set<ChannelName> published) {}

  /**
   * The outcome of a detach.
   *
   * @param happened false: another attachment holds it, or nobody
   * @param here whether the session is attached to this node now, by another attachment
   * @param user whose it is; empty if nothing happened
   */
  public record Detached(boolean happened, boolean here, long now, String user, long generation) {
    static final Detached HERE = new Detached(false, true, 0, "", 0);
    static final Detached ELSEWHERE = new Detached(false, false, 0, "", 0);

    public static Detached now(long now, String user, long generation) {
      return new Detached(true, false, now, user, generation);
    }
  }

  /** A session's user, and the node that it is attached to, if it is. */
  public record Located(String user, @Nullable NodeId node) {}

  public Future<Optional<Peeked>> peek(SessionKey session) {
    List<Object> args = List.of(config.backstop().toMillis() / RENEWED_IN_BACKSTOP);
    return PEEK.run(link, List.of(sessionKey(session)), args).map(SessionReplies::peeked);
  }

  /**
   * @return empty: it is refused, and nothing has changed; fails with FENCED if a later attempt of
   *     the same client holds the session
   */
  public Future<Optional<Holding>> attach(
      SessionKey session, How how, SessionMessage.Attach attach) {
    ConnectionInfo connection = attach.connection();
    Attempt attempt = attach.attempt();
    List<Object> args = new ArrayList<>();
    args.add(how.name().toLowerCase(Locale.ROOT));
    args.add(attach.caller().user());
    args.add(SessionJson.names(attach.caller().roles()));
    args.add(SessionJson.names(attach.caller().permissions()));
    args.add(attach.node().toString());
    args.add(connection.id());
    args.add(orEmpty(connection.client()));
    args.add(orEmpty(connection.address()));
    args.add(config.lingerOf(session.tenant()).toMillis());
    args.add(ttl);
    args.add(attempt == null ? "" : attempt.instance());
    args.add(attempt == null ? 0 : attempt.number());
    args.add(ShardValue.EPOCH_TOKEN);
    args.add(ShardValue.DEADLINE);
    args.add(session.session());
    NewSession prepared = attach.fresh();
    args.add(prepared == null ? "" : Ids.fresh());
    args.add(SessionReplies.text(attach.token()));
    addFirst(args, prepared == null ? Map.of() : prepared.first());
    return ATTACH.run(link, slotKeys(session), args).map(SessionReplies::holding);
  }

  /**
   * @return false: the id is in use
   */
  public Future<Boolean> create(SessionKey session, SessionMessage.Create create) {
    List<Object> args =
        List.of(
            create.user(),
            config.lingerOf(session.tenant()).toMillis(),
            ttl,
            SessionJson.attributes(create.attributes()),
            ShardValue.DEADLINE);
    return CREATE.run(link, List.of(sessionKey(session)), args).map(reply -> reply.asLong() == 1);
  }

  /**
   * Detaches a session, and stores its cursors.
   *
   * @param session generation 0: any
   * @param connection none: any
   */
  public Future<Detached> detach(
      SessionRef session,
      NodeId node,
      @Nullable String connection,
      Map<ChannelName, Position> cursors) {
    List<Object> args = new ArrayList<>();
    args.add(node.toString());
    args.add(session.generation());
    args.add(connection == null ? "" : connection);
    args.add(session.session());
    args.add(ttl);
    addCursors(args, cursors);
    return DETACH.run(link, allKeys(SessionKey.of(session)), args).map(SessionReplies::detached);
  }

  /**
   * Fails as {@link SessionMessage} says, and with NOT_FOUND for generation 0.
   *
   * @return the session's user and node if its TTLs were renewed: then the indexes have to be
   *     renewed, too
   */
  public Future<Optional<Located>> cursors(SessionRef session, Map<ChannelName, Position> cursors) {
    List<Object> args = new ArrayList<>();
    args.add(session.generation());
    args.add(session.session());
    args.add(ttl);
    args.add(config.backstop().toMillis() / RENEWED_IN_BACKSTOP);
    addCursors(args, cursors);
    return CURSORS
        .run(link, allKeys(SessionKey.of(session)), args)
        .map(
            reply -> {
              SessionReplies.accepted(reply.at(0));
              return renewed(reply);
            });
  }

  /**
   * Fails as {@link SessionMessage} says, with LIMIT_EXCEEDED, and with NOT_FOUND for generation 0.
   */
  public Future<Void> subscribe(SessionRef session, Map<ChannelName, Position> cursors) {
    List<Object> args = new ArrayList<>();
    args.add(session.generation());
    args.add(session.session());
    args.add(config.channels());
    args.add(ttl);
    args.add(ShardValue.DEADLINE);
    args.add(ShardValue.FULL);
    addFirst(args, cursors);
    return SUBSCRIBE
        .run(link, sessionAndSubscriptions(SessionKey.of(session)), args)
        .map(SessionReplies::accepted)
        .mapEmpty();
  }

  /** Fails as {@link SessionMessage} says, with CONFLICT, and with NOT_FOUND for generation 0. */
  public Future<Void> unsubscribe(SessionMessage.Unsubscribe message) {
    SessionRef session = message.session();
    List<Object> args =
        List.of(
            session.generation(),
            message.channel().toString(),
            ShardValue.DEADLINE,
            message.unlessGranted() ? 1 : 0);
    return UNSUBSCRIBE
        .run(link, sessionAndSubscriptions(SessionKey.of(session)), args)
        .map(SessionReplies::accepted)
        .mapEmpty();
  }

  /**
   * Fails as {@link SessionMessage} says, with LIMIT_EXCEEDED, and with NOT_FOUND for generation 0.
   */
  public Future<Void> publishing(SessionMessage.NotePublishing note) {
    SessionRef session = note.session();
    List<String> keys =
        List.of(
            Keys.session(session.tenant(), session.session()),
            Keys.publishing(session.tenant(), session.session()));
    ChannelName left = note.leaves();
    String leaves = left == null ? "" : left.toString();
    List<Object> args =
        List.of(
            session.generation(),
            note.channel().toString(),
            config.channels(),
            ttl,
            ShardValue.DEADLINE,
            leaves,
            ShardValue.FULL);
    return PUBLISHING
        .run(link, keys, args)
        .map(SessionReplies::accepted)
        .onSuccess(noted -> publishers.leave(session, left))
        .mapEmpty();
  }

  /**
   * Reads a session.
   *
   * @param user whose it has to be; none: anybody's
   */
  public Future<Optional<SessionView>> get(SessionKey session, @Nullable String user) {
    return GET.run(link, sessionAndSubscriptions(session), List.of(orEmpty(user)))
        .map(reply -> SessionReplies.view(session, reply));
  }

  /**
   * Replaces attributes; fails with CONFLICT if the version is another.
   *
   * @param user whose it has to be; none: anybody's
   */
  public Future<Optional<SessionView>> attributes(
      SessionKey session, @Nullable String user, long version, Map<String, String> attributes) {
    List<Object> args =
        List.of(orEmpty(user), version, SessionJson.attributes(attributes), ShardValue.DEADLINE);
    return ATTRIBUTES
        .run(link, sessionAndSubscriptions(session), args)
        .map(reply -> SessionReplies.changed(session, reply));
  }

  /**
   * Renews a session's TTLs.
   *
   * @param user whose it has to be; none: anybody's
   * @param node only while it is attached there; none: anywhere or nowhere
   */
  public Future<Optional<Located>> touch(
      SessionKey session, @Nullable String user, @Nullable NodeId node) {
    List<Object> args = List.of(orEmpty(user), node == null ? "" : node.toString(), ttl);
    return TOUCH.run(link, allKeys(session), args).map(SessionStore::located);
  }

  /**
   * Marks a session as ended: nothing can use it any more. Safe to repeat.
   *
   * @param forced false: only when it is detached and past its due time
   */
  public Future<Marked> markEnded(SessionKey session, boolean forced, String reason) {
    return END.run(
            link,
            slotKeys(session),
            List.of("mark", forced ? "forced" : "due", reason, ttl, ShardValue.DEADLINE))
        .onSuccess(reply -> publishers.ended(session, reply))
        .map(SessionReplies::marked);
  }

  /** Deletes all keys of a session that is marked as ended. */
  public Future<Void> delete(SessionKey session) {
    return END.run(link, slotKeys(session), List.of("delete", "", "", ttl)).mapEmpty();
  }

  /** Returns the time in ms after which an attach that failed can't happen any more. */
  public long longestLate() {
    return link.longestLate();
  }

  private static Optional<Located> renewed(Reply reply) {
    return reply.at(0).asText().equals("renewed")
        ? Optional.of(new Located(reply.at(1).asText(), SessionReplies.node(reply.at(2).asText())))
        : Optional.empty();
  }

  private static Optional<Located> located(Reply reply) {
    return reply.size() == 0
        ? Optional.empty()
        : Optional.of(new Located(reply.at(0).asText(), SessionReplies.node(reply.at(1).asText())));
  }

  private static void addFirst(List<Object> args, Map<ChannelName, Position> cursors) {
    cursors.forEach(
        (channel, at) -> {
          args.add(channel.toString());
          args.add(at.epoch() + ":" + at.seq());
        });
  }

  private static void addCursors(List<Object> args, Map<ChannelName, Position> cursors) {
    cursors.forEach(
        (channel, at) -> {
          args.add(channel.toString());
          args.add(at.epoch());
          args.add(at.seq());
        });
  }

  private static String sessionKey(SessionKey session) {
    return Keys.session(session.tenant(), session.session());
  }

  private static List<String> sessionAndSubscriptions(SessionKey session) {
    return allKeys(session).subList(0, 2);
  }

  private static List<String> allKeys(SessionKey session) {
    return slotKeys(session).subList(0, 3);
  }

  private static List<String> slotKeys(SessionKey session) {
    String tenant = session.tenant();
    String id = session.session();
    Channel channel = new Channel(tenant, ChannelName.session(id));
    return List.of(
        Keys.session(tenant, id),
        Keys.subscriptions(tenant, id),
        Keys.publishing(tenant, id),
        Keys.meta(channel),
        Keys.log(channel));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static Script script(String name) {
    return Script.of("sessions", "session_prelude", "session_reading", name);
  }
}
