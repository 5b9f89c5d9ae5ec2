package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Names;
import dev.holdfast.sessions.SessionRef;

/**
 * Who numbers publications: a session, or one instance of a service.
 *
 * @param id unique in the tenant
 * @param generation an older one is refused once a newer one was seen
 */
public record Publisher(String id, long generation) implements BusValue {
  public Publisher {
    Names.id(id, "publisher");
  }

  public static Publisher of(SessionRef session) {
    return new Publisher("s-" + session.session(), session.generation());
  }

  boolean isSession() {
    return id.startsWith("s-");
  }
}
