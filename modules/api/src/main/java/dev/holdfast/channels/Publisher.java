package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Names;
import dev.holdfast.sessions.SessionRef;
import java.time.Duration;

/**
 * A source of numbered publications: a session, an instance of a service, or a name that a caller
 * over HTTP gives.
 *
 * @param id unique in the tenant
 * @param generation an older one is refused once a newer one was seen
 */
public record Publisher(String id, long generation) implements BusValue {
  /**
   * The time for which the store remembers the numbers of a publisher that is no session: longer
   * than the hour by which clocks are set wrong.
   */
  public static final Duration REMEMBERED = Duration.ofHours(2);

  public Publisher {
    Names.id(id, "publisher");
  }

  public static Publisher of(SessionRef session) {
    return new Publisher("s-" + session.session(), session.generation());
  }

  /**
   * Makes a publisher that a caller names. The name is the caller's own: another caller of the
   * tenant that gives the same name is another publisher.
   */
  public static Publisher of(Caller caller, String name) {
    return new Publisher("h-" + KeyDigest.of(caller, "publisher " + name), 1);
  }

  public boolean isNamedByCaller() {
    return id.startsWith("h-");
  }

  public boolean isSession() {
    return id.startsWith("s-");
  }
}
