package dev.holdfast.gateway.http;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.util.List;
import java.util.Set;

/**
 * Finds the caller of a verified token over HTTP: its user, or, if one of its permissions is {@code
 * service:<name>}, that service of its tenant.
 */
public final class Callers {
  private static final String INSTANCE = "http";

  private Callers() {}

  /**
   * @throws HoldfastException FORBIDDEN if the token names several services, or none by a valid
   *     name
   */
  public static Caller of(Verified verified) {
    Caller.User user = verified.caller();
    List<String> services =
        user.permissions().stream().filter(held -> held.startsWith(Verified.SERVICE)).toList();
    if (services.isEmpty()) {
      return user;
    }
    if (services.size() > 1) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "token: several permissions service:");
    }
    try {
      String name = Names.id(services.get(0).substring(Verified.SERVICE.length()), "service");
      return new Caller.Service(name, INSTANCE, Set.of(user.tenant()), user.permissions());
    } catch (HoldfastException e) {
      throw HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "token: " + e.getMessage());
    }
  }

  /** Returns the one tenant of a caller that {@link #of} made. */
  static String tenant(Caller caller) {
    return caller instanceof Caller.User user
        ? user.tenant()
        : ((Caller.Service) caller).tenants().iterator().next();
  }
}
