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

  /** The id of whoever publishes a run's events; there is one per run, whoever works on it. */
  public static final String RUN = "run";

  private static final String ABOUT_RUN = RUN + "-";

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

  /** Makes the one who publishes in other channels what becomes of a run. */
  public static Publisher aboutRun(String run) {
    return new Publisher(ABOUT_RUN + run, 1);
  }

  public boolean isNamedByCaller() {
    return id.startsWith("h-");
  }

  public boolean isRun() {
    return id.equals(RUN) || id.startsWith(ABOUT_RUN);
  }

  public boolean isSession() {
    return id.startsWith("s-");
  }
}
