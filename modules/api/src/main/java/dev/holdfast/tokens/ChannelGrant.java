package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import java.util.Set;

/**
 * What a channel token adds to the session that has shown it, until it ends.
 *
 * @param verbs of {@code subscribe} and {@code publish}
 * @param endsAt when the token expires, ms since 1970
 * @param basis names the roles and permissions of the login token beside which it was given; it is
 *     not valid beside others
 * @param origin says whether the token is revoked
 */
public record ChannelGrant(
    ChannelName channel, Set<String> verbs, long endsAt, String basis, TokenOrigin origin)
    implements BusValue {
  public ChannelGrant {
    verbs = Set.copyOf(verbs);
  }
}
