package dev.holdfast.sessions.store;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.sessions.SessionMessage;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose sessions a caller may see: a user its own, a service those of its tenants. A
 * session that is not the caller's is answered exactly as one that never was.
 */
public final class CallerCheck {
  private CallerCheck() {}

  public static HoldfastException notFound() {
    return new HoldfastException(ErrorCode.NOT_FOUND, "session: there is none");
  }

  /** Returns the answer to who wants to revoke a session that there is not. */
  public static HoldfastException nothingRevoked() {
    return HoldfastException.withPublicMessage(
        ErrorCode.NOT_FOUND,
        "session: there is none, so its token is not known, and nothing is revoked;"
            + " revoke the token or the user");
  }

  /**
   * Returns whose a session has to be for this caller; none: any user's of the tenant.
   *
   * @throws HoldfastException NOT_FOUND for a tenant that the caller has nothing to do with
   */
  public static @Nullable String owner(Caller caller, String tenant) {
    if (!caller.actsFor(tenant)) {
      throw notFound();
    }
    return caller instanceof Caller.User user ? user.user() : null;
  }

  /** Refuses with FORBIDDEN a user who may not add to the list of revocations: it is bounded. */
  public static void mayClose(Caller caller, String reason) {
    boolean revokes = reason.equals(SessionMessage.Close.REVOKED);
    if (revokes && caller instanceof Caller.User && !caller.permits("tokens", "revoke")) {
      throw HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "needs tokens:revoke");
    }
  }

  /**
   * Refuses with FORBIDDEN what the caller may not list, whether there is something or not.
   *
   * @param user whose sessions are wanted; none: all of the tenant
   */
  public static void mayList(Caller caller, String tenant, @Nullable String user) {
    boolean own = !(caller instanceof Caller.User asking) || asking.user().equals(user);
    if (!caller.actsFor(tenant) || !own) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "sessions: not this caller's");
    }
  }
}
