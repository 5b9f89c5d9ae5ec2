package dev.holdfast.gateway.http.operations;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.tokens.RevocationMessage.Revoke;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Revokes tokens: of the caller's own tenant, or of any, for operators. */
public final class Revoking {
  private static final TypeReference<Wanted> WANTED = new TypeReference<>() {};

  private final ServiceClient services;
  private final @Nullable String operators;

  /**
   * @param services asks this node's own
   * @param operators their tenant; none if there are no operators
   */
  public Revoking(ServiceClient services, @Nullable String operators) {
    this.services = services;
    this.operators = operators;
  }

  /** The body of a request: one of the members, or {@code all} of the tenant. */
  public record Wanted(
      @Nullable String user,
      @Nullable String token,
      @Nullable String session,
      @Nullable Boolean all,
      @Nullable Long issuedUntil) {
    boolean isClear() {
      boolean whole = Boolean.TRUE.equals(all);
      long named = Stream.of(user, token, session).filter(name -> name != null).count();
      return named + (whole ? 1 : 0) == 1
          && (issuedUntil == null || token == null && session == null);
    }
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("revoke", this::revoke, "revokeOfTenant", this::revokeOfTenant);
  }

  private Future<ApiResponse> revoke(ApiRequest request) {
    request.needs("tokens", "revoke");
    return revoke(request, request.tenant);
  }

  private Future<ApiResponse> revokeOfTenant(ApiRequest request) {
    request.needsOperator("tenants", "revoke", operators);
    return revoke(request, Names.tenant(request.path("tenant")));
  }

  private Future<ApiResponse> revoke(ApiRequest request, String tenant) {
    Wanted wanted = request.body(WANTED);
    if (!wanted.isClear()) {
      throw Problem.badRequest(
          "one of user, token, session, or all: true; issuedUntil with user or all");
    }
    ServiceClient asking = services.by(request.origin());
    Caller may = new Caller.Service("revoking", "http", Set.of(tenant), Set.of());
    if (wanted.session() != null) {
      String reason = SessionMessage.Close.REVOKED;
      return asking
          .ask(new SessionMessage.Close(may, tenant, wanted.session(), reason))
          .map(done -> ApiResponse.json(new JsonObject()));
    }
    Long until = wanted.issuedUntil();
    long issued = until == null ? System.currentTimeMillis() / 1_000 : until;
    return asking
        .ask(new Revoke(may, tenant, wanted.user(), wanted.token(), issued, 0))
        .map(done -> ApiResponse.json(new JsonObject().put("keptUntil", done.keptUntil())));
  }
}
