package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.tokens.ChannelGrant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an attach.
 *
 * @param session whose generation is this attachment's
 * @param resumed false for a new session
 * @param linger in ms
 * @param subscriptions all channels of the session but its three own, with the stored cursor; also
 *     those of the three that have a stored cursor
 * @param granted which of them a service made: they hold without the user's own permission
 * @param grants what channel tokens added to it; each counts only while its token does
 * @param published channels that it has published to under earlier generations: to be fenced before
 *     the welcome
 * @param replaced who held the session until now; none: nobody
 */
public record Attached(
    SessionRef session,
    boolean resumed,
    long linger,
    Map<ChannelName, Position> subscriptions,
    Set<ChannelName> granted,
    List<ChannelGrant> grants,
    Set<ChannelName> published,
    @Nullable Attachment replaced)
    implements BusValue {
  public Attached {
    subscriptions = Map.copyOf(subscriptions);
    granted = Set.copyOf(granted);
    grants = grants == null ? List.of() : List.copyOf(grants);
    published = Set.copyOf(published);
  }
}
