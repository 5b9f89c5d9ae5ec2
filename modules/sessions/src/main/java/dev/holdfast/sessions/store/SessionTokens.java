package dev.holdfast.sessions.store;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.tokens.TokenRef;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tokens by which sessions were attached, in their records. Used on the context of its link.
 */
public final class SessionTokens {
  private static final Script REFRESH =
      Script.of("sessions", "session_prelude", "session_reading", "session_refresh");

  private final RedisLink link;

  public SessionTokens(RedisLink link) {
    this.link = link;
  }

  /** Returns a session's last token, and the one before; none: not known, or there was none. */
  public Future<List<TokenRef>> of(SessionKey session) {
    return link.send("HMGET", Keys.session(session.tenant(), session.session()), "tok", "was")
        .map(reply -> known(reply.at(0), reply.at(1)));
  }

  private static List<TokenRef> known(Reply... fields) {
    return Stream.of(fields).map(SessionReplies::token).flatMap(Optional::stream).toList();
  }

  /**
   * Notes tokens. Fails as {@link SessionMessage} says, and with STORE_FULL if there is more to be
   * kept than before while the reserve of Redis is touched.
   */
  public Future<Void> refresh(SessionMessage.Refresh message) {
    SessionRef session = message.session();
    List<Object> args =
        List.of(
            session.generation(),
            SessionReplies.text(message.token()),
            ShardValue.DEADLINE,
            SessionJson.grants(message.grants()),
            ShardValue.FULL);
    return REFRESH
        .run(link, List.of(Keys.session(session.tenant(), session.session())), args)
        .map(SessionReplies::accepted)
        .mapEmpty();
  }
}
