package dev.holdfast.auth.audit;

import dev.holdfast.core.Caller;
import dev.holdfast.core.audit.Origin;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Who acts.
 *
 * @param tenant of its own; none: a service that acts for several, or for none
 * @param everywhere whether it is a service on the bus that acts for all tenants
 * @param instance of a service on the bus; else empty
 * @param issuer of its token; empty: there is none, or it has no name
 * @param address of the client; empty: not known
 */
record Actor(
    @Nullable String tenant,
    boolean everywhere,
    boolean isService,
    String name,
    String instance,
    String issuer,
    String address) {
  private static final int LONGEST_ISSUER = 512;

  static Actor of(Origin origin) {
    return new Actor(
        origin.tenant(),
        false,
        origin.isService(),
        origin.name(),
        "",
        origin.issuer(),
        origin.address());
  }

  /**
   * @param origin who asks over HTTP; none: the caller does, on the bus
   */
  static Actor of(Caller caller, @Nullable Origin origin) {
    if (origin != null) {
      return of(origin);
    }
    if (caller instanceof Caller.User user) {
      return new Actor(user.tenant(), false, false, user.user(), "", "", "");
    }
    var service = (Caller.Service) caller;
    boolean everywhere = service.tenants().contains("*");
    boolean one = service.tenants().size() == 1 && !everywhere;
    String tenant = one ? service.tenants().iterator().next() : null;
    return new Actor(tenant, everywhere, true, service.name(), service.instance(), "", "");
  }

  /**
   * @param operators their tenant; none if there are no operators
   */
  boolean isOperator(@Nullable String operators) {
    return everywhere || tenant != null && tenant.equals(operators);
  }

  JsonObject json() {
    var json = new JsonObject().put("kind", isService ? "service" : "user").put("name", name);
    if (tenant != null) {
      json.put("tenant", tenant);
    }
    if (!instance.isEmpty()) {
      json.put("instance", instance);
    }
    if (!issuer.isEmpty()) {
      json.put("issuer", issuer.substring(0, Math.min(LONGEST_ISSUER, issuer.length())));
    }
    return json;
  }

  /** Returns who it is for a line in a node's own log. */
  String shown() {
    String of = tenant == null ? "" : " of " + tenant;
    String at = address.isEmpty() ? "" : " at " + address;
    return (isService ? "service " : "user ") + name + of + at;
  }
}
