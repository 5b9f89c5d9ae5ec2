package dev.holdfast.sessions.store;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.tokens.TokenRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes domain records of what the session scripts answer. */
final class SessionReplies {
  /** Marks a field that says of a subscription that a service made it. */
  private static final String GRANT = "+";

  private SessionReplies() {}

  static Optional<SessionStore.Peeked> peeked(Reply reply) {
    return reply.size() == 0
        ? Optional.empty()
        : Optional.of(
            new SessionStore.Peeked(
                reply.at(0).asText(), reply.at(1).asLong() == 1, reply.at(2).asLong() == 1));
  }

  static Optional<SessionStore.Holding> holding(Reply reply) {
    if (reply.at(0).asText().equals("refused")) {
      return Optional.empty();
    }
    if (reply.at(0).asText().equals("stale")) {
      throw new HoldfastException(ErrorCode.FENCED, "attach: the client has tried again since");
    }
    return Optional.of(
        new SessionStore.Holding(
            reply.at(1).asLong(),
            reply.at(2).asLong(),
            before(reply),
            cursors(pairs(reply.at(6))),
            granted(pairs(reply.at(6)).keySet()),
            SessionJson.grants(reply.at(8).asText()),
            channels(reply.at(7))));
  }

  /** Throws what the verdict says, unless it is accepted. */
  static Reply accepted(Reply verdict) {
    switch (verdict.asText()) {
      case "fenced" -> throw new HoldfastException(ErrorCode.FENCED, "session: held by another");
      case "lost" ->
          throw new HoldfastException(ErrorCode.LOST, "session: not known to be held by this one");
      case "ended" -> throw new HoldfastException(ErrorCode.ENDED, "session: ended");
      case "revoked" -> throw new HoldfastException(ErrorCode.REVOKED, "session: revoked");
      case "detached" ->
          throw new HoldfastException(
              ErrorCode.SHUTTING_DOWN, "session: detached, as its node was taken for dead");
      case "none" -> throw CallerCheck.notFound();
      case "granted" ->
          throw new HoldfastException(ErrorCode.CONFLICT, "subscription: granted by a service");
      case "limit" ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "The session has as many channels as it may have.");
      default -> {
        return verdict;
      }
    }
  }

  /** Returns how a record keeps the name of a token. */
  static String text(@Nullable TokenRef token) {
    return token == null ? "" : token.digest() + ":" + token.endsAt();
  }

  static Optional<TokenRef> token(Reply reply) {
    String text = reply.textOr("");
    int colon = text.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(
            new TokenRef(text.substring(0, colon), Long.parseLong(text.substring(colon + 1))));
  }

  static SessionStore.Detached detached(Reply reply) {
    return switch (reply.at(0).asText()) {
      case "detached" ->
          SessionStore.Detached.now(
              reply.at(1).asLong(), reply.at(2).asText(), reply.at(3).asLong());
      case "here" -> SessionStore.Detached.HERE;
      default -> SessionStore.Detached.ELSEWHERE;
    };
  }

  static Marked marked(Reply reply) {
    if (reply.size() == 0) {
      return new Marked.None();
    }
    return switch (reply.at(0).asText()) {
      case "ended" ->
          new Marked.Ended(
              reply.at(1).asText(),
              reply.at(2).asLong(),
              node(reply.at(3).asText()),
              reply.at(4).asText());
      case "attached" -> new Marked.Attached(NodeId.parse(reply.at(1).asText()));
      default -> new Marked.Detached(reply.at(1).asLong());
    };
  }

  static Optional<SessionView> view(SessionKey session, Reply reply) {
    return reply.size() == 0
        ? Optional.empty()
        : Optional.of(view(session, pairs(reply.at(0)), channels(reply.at(1))));
  }

  /** Returns a session with changed attributes; throws CONFLICT if they had another version. */
  static Optional<SessionView> changed(SessionKey session, Reply reply) {
    if (reply.size() == 1) {
      throw new HoldfastException(ErrorCode.CONFLICT, "attributes: another version");
    }
    return view(session, reply);
  }

  private static SessionView view(
      SessionKey session, Map<String, String> fields, Set<ChannelName> subscriptions) {
    boolean attached = fields.containsKey("conn");
    return new SessionView(
        session.tenant(),
        session.session(),
        field(fields, "user"),
        number(fields, "created"),
        attached ? attachment(fields) : null,
        attached ? connection(fields) : null,
        attached ? 0 : number(fields, "due"),
        number(fields, "aver"),
        SessionJson.attributes(fields.get("attrs")),
        subscriptions);
  }

  private static Attachment attachment(Map<String, String> fields) {
    return new Attachment(
        NodeId.parse(field(fields, "node")), field(fields, "conn"), number(fields, "gen"));
  }

  private static ConnectionInfo connection(Map<String, String> fields) {
    return new ConnectionInfo(
        field(fields, "conn"),
        fields.getOrDefault("client", ""),
        fields.getOrDefault("addr", ""),
        number(fields, "since"));
  }

  /** Returns a field that each record has. */
  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new HoldfastException(ErrorCode.INTERNAL, "session: its record has no " + name);
    }
    return value;
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(field(fields, name));
  }

  private static @Nullable Attachment before(Reply reply) {
    NodeId node = node(reply.at(3).asText());
    return node == null ? null : new Attachment(node, reply.at(4).asText(), reply.at(5).asLong());
  }

  static @Nullable NodeId node(String text) {
    return text.isEmpty() ? null : NodeId.parse(text);
  }

  private static Map<String, String> pairs(Reply reply) {
    List<Reply> flat = reply.list();
    Map<String, String> pairs = new HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      pairs.put(flat.get(i).asText(), flat.get(i + 1).asText());
    }
    return pairs;
  }

  private static Set<ChannelName> channels(Reply reply) {
    return reply.list().stream()
        .map(Reply::asText)
        .filter(field -> !field.startsWith(GRANT))
        .map(ChannelName::parse)
        .collect(Collectors.toSet());
  }

  private static Map<ChannelName, Position> cursors(Map<String, String> stored) {
    Map<ChannelName, Position> cursors = new HashMap<>();
    stored.forEach(
        (field, cursor) -> {
          if (!field.startsWith(GRANT)) {
            cursors.put(ChannelName.parse(field), cursor(cursor));
          }
        });
    return cursors;
  }

  private static Set<ChannelName> granted(Set<String> fields) {
    return fields.stream()
        .filter(field -> field.startsWith(GRANT))
        .map(field -> ChannelName.parse(field.substring(GRANT.length())))
        .collect(Collectors.toSet());
  }

  private static Position cursor(String text) {
    int colon = text.lastIndexOf(':');
    return new Position(text.substring(0, colon), Long.parseLong(text.substring(colon + 1)));
  }
}
