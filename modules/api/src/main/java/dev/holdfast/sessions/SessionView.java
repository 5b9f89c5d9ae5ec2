package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session, as it stands in the store.
 *
 * @param created Redis time in ms
 * @param attachedTo where it is attached; none: it is detached
 * @param connection of the attachment
 * @param endsAt Redis time in ms at which a detached session ends; 0 while attached
 * @param version of the attributes, from 0
 */
public record SessionView(
    String tenant,
    String session,
    String user,
    long created,
    @Nullable Attachment attachedTo,
    @Nullable ConnectionInfo connection,
    long endsAt,
    long version,
    Map<String, String> attributes,
    Set<ChannelName> subscriptions)
    implements BusValue {
  public SessionView {
    attributes = Map.copyOf(attributes);
    subscriptions = Set.copyOf(subscriptions);
  }
}
