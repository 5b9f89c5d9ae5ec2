package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Names;

/**
 * A session, as one attachment of it knows it.
 *
 * @param generation of the attachment, from 1; 0 for a service, which is not fenced
 */
public record SessionRef(String tenant, String session, long generation) implements BusValue {
  /**
   * Least lead of new generations over old ones, for each ms, after the store went to other data.
   */
  private static final long LEAP = 1 << 10;

  public SessionRef {
    Names.tenant(tenant);
    Names.id(session, "session");
  }

  /**
   * Returns whether the store may have gone to other data between this attachment and one of that
   * generation, so that the greater one need not be the later.
   */
  public boolean mayBeOtherData(long other) {
    return other - generation >= LEAP;
  }
}
