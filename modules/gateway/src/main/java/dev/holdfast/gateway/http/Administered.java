package dev.holdfast.gateway.http;

import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.auth.audit.Deed;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.gateway.admission.Admission;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operations of administration, and the audit log of what is done and refused by them. What an
 * operation asks of a service is noted where that is served; here what lacks a permission before,
 * and what needs no service. All other operations are everyday use: a test names them.
 */
public final class Administered {
  /** The event of each operation in audit logs. */
  static final Map<String, String> EVENTS =
      Map.ofEntries(
          Map.entry("createTenant", "tenant.create"),
          Map.entry("suspendTenant", "tenant.suspend"),
          Map.entry("resumeTenant", "tenant.resume"),
          Map.entry("listTenants", "tenant.list"),
          Map.entry("getTenant", "tenant.show"),
          Map.entry("getTenantAudit", "audit.read"),
          Map.entry("exportTenant", "tenant.export"),
          Map.entry("revoke", "tokens.revoke"),
          Map.entry("revokeOfTenant", "tokens.revoke"),
          Map.entry("closeSession", "session.close"),
          Map.entry("putAgent", "agent.put"),
          Map.entry("removeAgent", "agent.remove"),
          Map.entry("disconnect", "connection.close"),
          Map.entry("listIssuers", "issuer.list"),
          Map.entry("putIssuer", "issuer.put"),
          Map.entry("removeIssuer", "issuer.remove"),
          Map.entry("issueCredentials", "credentials.issue"),
          Map.entry("getLimits", "limits.show"),
          Map.entry("setLimits", "limits.change"),
          Map.entry("getUsage", "usage.show"),
          Map.entry("getTenantUsage", "usage.show"),
          Map.entry("putSchema", "schema.register"),
          Map.entry("removeSchema", "schema.remove"),
          Map.entry("erase", "erase"),
          Map.entry("getNodes", "nodes.show"),
          Map.entry("getConfig", "config.show"),
          Map.entry("getStats", "stats.show"));

  private static final String ORIGIN = "origin";

  private final @Nullable AuditLog log;
  private final Admission admission;

  /**
   * @param log none: nothing is noted
   */
  Administered(@Nullable AuditLog log, Admission admission) {
    this.log = log;
    this.admission = admission;
  }

  /** Notes who asks, if the operation is one of these. */
  void begin(RoutingContext routing, @Nullable String operation, Caller caller) {
    if (operation == null || !EVENTS.containsKey(operation)) {
      return;
    }
    boolean service = caller instanceof Caller.Service;
    String name = service ? ((Caller.Service) caller).name() : ((Caller.User) caller).user();
    String issuer = routing.get("issuer", "");
    String address = admission.clientOf(routing.request()).address();
    routing.put(ORIGIN, new Origin(Callers.tenant(caller), service, name, issuer, address));
  }

  /** Returns who asks, by an operation of administration; none by any other. */
  static @Nullable Origin origin(RoutingContext routing) {
    return routing.get(ORIGIN);
  }

  /**
   * Notes that an operation was refused before any service was asked.
   *
   * @return fails as the operation did, when it is noted
   */
  <A> Future<A> refused(
      RoutingContext routing, @Nullable String operation, RuntimeException failure) {
    Origin origin = origin(routing);
    boolean forbidden =
        failure instanceof HoldfastException named && named.code() == ErrorCode.FORBIDDEN;
    if (log == null || origin == null || operation == null || !forbidden) {
      return Future.failedFuture(failure);
    }
    return log.refused(EVENTS.getOrDefault(operation, operation), tenant(routing), origin)
        .transform(noted -> Future.failedFuture(failure));
  }

  /** Notes what is done without a service; completes with the outcome, when it is noted. */
  public static <A> Future<A> did(
      @Nullable AuditLog log, ApiRequest request, Deed deed, Future<A> outcome) {
    Origin origin = request.origin();
    return log == null || origin == null ? outcome : log.did(deed, origin, outcome);
  }

  private static @Nullable String tenant(RoutingContext routing) {
    String named = routing.pathParam("tenant");
    String tenant = named == null ? routing.request().getParam("tenant") : named;
    try {
      return tenant == null ? null : Names.tenant(tenant);
    } catch (HoldfastException noName) {
      return null;
    }
  }
}
