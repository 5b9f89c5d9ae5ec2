package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ChannelName;
import java.util.Map;
import java.util.Set;

/**
 * A session as it stands in the store.
 *
 * @param created Redis time in ms
 * @param attachedTo where it is attached, or null
 * @param connection of the attachment, or null
 * @param endsAt Redis time in ms at which a detached session ends; 0 while attached
 * @param version of the attributes, from 0
 */
public record SessionView(
    String tenant,
    String session,
    String user,
    long created,
    Attachment attachedTo,
    ConnectionInfo connection,
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
