package dev.holdfast.auth;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.tokens.ChannelGrant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of a valid channel token: it adds something for one channel to a session of its user,
 * and lets nobody in.
 *
 * @param token as any; its own roles and permissions count for nothing
 * @param channel a {@code topic:} or a {@code run:}
 * @param verbs of {@link #VERBS}, at least one
 * @param session the only one that may show it; none: any of its user
 */
public record ChannelToken(
    Verified token, ChannelName channel, Set<String> verbs, @Nullable String session) {
  /** The claim that makes a token one for a channel: the channel's name. */
  public static final String CHANNEL = "hf_channel";

  /** The claim that says what it adds, a list or a text with blanks; none: to subscribe. */
  public static final String VERBS_CLAIM = "hf_verbs";

  /** The claim that names the only session that may show it. */
  public static final String SESSION = "hf_session";

  /** What may be added. */
  public static final Set<String> VERBS = Set.of("subscribe", "publish");

  /** Most seconds from its issue to its end. */
  public static final long LONGEST_S = 3_600;

  public ChannelToken {
    verbs = Set.copyOf(verbs);
  }

  /**
   * Returns whether a session may show it.
   *
   * @param of the session, of this user
   */
  public boolean isFor(Caller.User user, String of) {
    Caller.User owner = token.caller();
    return owner.tenant().equals(user.tenant())
        && owner.user().equals(user.user())
        && (session == null || session.equals(of));
  }

  /**
   * Returns what is kept of it with the session.
   *
   * @param basis as in {@link ChannelGrant}
   */
  public ChannelGrant grant(String basis) {
    return new ChannelGrant(channel, verbs, token.expiresAt(), basis, token.origin());
  }
}
