package dev.holdfast.gateway.http.operations;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.auth.audit.Deed;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.gateway.http.Administered;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.limits.LimitSettings;
import dev.holdfast.limits.Limiter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shows and sets the limits of a tenant, for operators. */
public final class TenantLimits {
  private static final TypeReference<Map<String, Long>> CHANGES = new TypeReference<>() {};

  private final Limiter limiter;
  private final @Nullable AuditLog audit;
  private final @Nullable String operators;

  /**
   * @param audit none: changes are not noted
   * @param operators their tenant; none if there are no operators
   */
  public TenantLimits(Limiter limiter, @Nullable AuditLog audit, @Nullable String operators) {
    this.limiter = limiter;
    this.audit = audit;
    this.operators = operators;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("getLimits", this::get, "setLimits", this::set);
  }

  private Future<ApiResponse> get(ApiRequest request) {
    request.needsOperator("limits", "read", operators);
    return settings().of(tenant(request)).map(TenantLimits::answer);
  }

  private Future<ApiResponse> set(ApiRequest request) {
    request.needsOperator("limits", "write", operators);
    String tenant = tenant(request);
    Map<String, Long> changes = request.body(CHANGES);
    try {
      Future<LimitSettings.View> changed = settings().change(tenant, changes);
      Deed deed = Deed.of("limits.change", tenant, json(changes));
      return Administered.did(audit, request, deed, changed).map(TenantLimits::answer);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static String tenant(ApiRequest request) {
    return Names.tenant(request.queryOr("tenant", request.tenant));
  }

  private LimitSettings settings() {
    LimitSettings settings = limiter.settings();
    if (settings == null) {
      throw new HoldfastException(ErrorCode.UNAVAILABLE, "this node holds nobody to limits");
    }
    return settings;
  }

  private static ApiResponse answer(LimitSettings.View view) {
    return ApiResponse.json(
        new JsonObject().put("limits", json(view.limits())).put("set", json(view.set())));
  }

  private static JsonObject json(Map<String, Long> amounts) {
    JsonObject json = new JsonObject();
    amounts.forEach(json::put);
    return json;
  }
}
