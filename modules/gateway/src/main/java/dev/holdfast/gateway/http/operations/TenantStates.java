package dev.holdfast.gateway.http.operations;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.tenants.TenantMessage;
import dev.holdfast.tenants.TenantMessage.Act;
import dev.holdfast.tenants.TenantMessage.Tenant;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists, creates, suspends and resumes tenants, for operators. */
public final class TenantStates {
  /** The operator as a caller of the service, which knows all tenants. */
  private static final Caller ALL = new Caller.Service("operator", "http", Set.of("*"), Set.of());

  private final ServiceClient services;
  private final @Nullable String operators;

  /**
   * @param services asks this node's own
   * @param operators their tenant; none if there are no operators
   */
  public TenantStates(ServiceClient services, @Nullable String operators) {
    this.services = services;
    this.operators = operators;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "listTenants", this::list,
        "getTenant", this::show,
        "createTenant", request -> change(request, Act.CREATE),
        "suspendTenant", request -> change(request, Act.SUSPEND),
        "resumeTenant", request -> change(request, Act.RESUME));
  }

  private Future<ApiResponse> list(ApiRequest request) {
    request.needsOperator("tenants", "read", operators);
    return services
        .ask(new TenantMessage.ListTenants(ALL, request.queryOr("after", ""), request.limit()))
        .map(found -> ApiResponse.json(json(found)));
  }

  private Future<ApiResponse> show(ApiRequest request) {
    request.needsOperator("tenants", "read", operators);
    return services
        .ask(new TenantMessage.Show(ALL, Names.tenant(request.path("tenant"))))
        .map(found -> ApiResponse.json(json(found)));
  }

  private Future<ApiResponse> change(ApiRequest request, Act act) {
    request.needsOperator("tenants", "write", operators);
    return services
        .by(request.origin())
        .ask(new TenantMessage.Change(ALL, Names.tenant(request.path("tenant")), act))
        .map(changed -> ApiResponse.json(json(changed)));
  }

  private static JsonObject json(TenantMessage.Tenants found) {
    var all = new JsonArray();
    found.tenants().forEach(one -> all.add(json(one)));
    var json = new JsonObject().put("tenants", all);
    return found.next() == null ? json : json.put("next", found.next());
  }

  private static JsonObject json(Tenant tenant) {
    var json = new JsonObject().put("tenant", tenant.tenant()).put("state", tenant.state());
    if (tenant.created() > 0) {
      json.put("created", tenant.created());
    }
    return tenant.since() > 0 ? json.put("since", tenant.since()) : json;
  }
}
