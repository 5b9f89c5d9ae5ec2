package dev.holdfast.sessions.store;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.SessionRef;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shortens the life of what a session's publications left in each channel's slot, which has a TTL
 * of 24 h. If a node dies or Redis is away, that TTL remains.
 */
final class PublisherKeys {
  private static final Logger LOG = LoggerFactory.getLogger(PublisherKeys.class);

  /** Longer than anything that is still under way. */
  private static final Duration SOME_MINUTES = Duration.ofMinutes(10);

  private static final int PUBLISHED = 5;

  private final RedisLink link;
  private final SessionsConfig config;

  PublisherKeys(RedisLink link, SessionsConfig config) {
    this.link = link;
    this.config = config;
  }

  /**
   * Shortens it for a channel to which the session has not published for long. What its client
   * sends again, because the answer was lost with a connection, comes while it lingers.
   *
   * @param left none: it left no channel
   */
  void leave(SessionRef session, @Nullable ChannelName left) {
    if (left != null) {
      Duration resend = config.lingerOf(session.tenant()).multipliedBy(2);
      expire(session.tenant(), session.session(), left, resend.plus(SOME_MINUTES));
    }
  }

  /**
   * Shortens it for a session that has just ended.
   *
   * @param marked what session_end answered
   */
  void ended(SessionKey session, Reply marked) {
    if (marked.size() > PUBLISHED) {
      for (Reply channel : marked.at(PUBLISHED).list()) {
        ChannelName name = ChannelName.parse(channel.asText());
        expire(session.tenant(), session.session(), name, SOME_MINUTES);
      }
    }
  }

  private void expire(String tenant, String session, ChannelName name, Duration ttl) {
    link.send("PEXPIRE", Keys.publisher(new Channel(tenant, name), "s-" + session), ttl.toMillis())
        .onFailure(failure -> LOG.debug("publisher of {}: {}", session, failure.getMessage()));
  }
}
