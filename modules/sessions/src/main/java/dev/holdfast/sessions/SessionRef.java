package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Names;

/**
 * A session as one attachment of it knows it.
 *
 * @param generation of the attachment, from 1; 0 for a service, which is not fenced
 */
public record SessionRef(String tenant, String session, long generation) implements BusValue {
  public SessionRef {
    Names.tenant(tenant);
    Names.id(session, "session");
  }
}
