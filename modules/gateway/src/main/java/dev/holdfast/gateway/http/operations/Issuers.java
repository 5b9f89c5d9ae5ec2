package dev.holdfast.gateway.http.operations;

import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.tokens.IssuerMessage;
import dev.holdfast.tokens.IssuerMessage.Issuer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists, adds, changes and removes issuers of tokens, for operators. */
public final class Issuers {
  /** The operator as a caller of the service, which acts for all tenants. */
  private static final Caller ALL = new Caller.Service("operator", "http", Set.of("*"), Set.of());

  private final ServiceClient services;
  private final @Nullable String operators;

  /**
   * @param services asks this node's own
   * @param operators their tenant; none if there are no operators
   */
  public Issuers(ServiceClient services, @Nullable String operators) {
    this.services = services;
    this.operators = operators;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("listIssuers", this::list, "putIssuer", this::put, "removeIssuer", this::remove);
  }

  private Future<ApiResponse> list(ApiRequest request) {
    request.needsOperator("issuers", "read", operators);
    return services
        .ask(new IssuerMessage.ListIssuers(ALL, request.queryOr("after", ""), request.limit()))
        .map(found -> ApiResponse.json(json(found)));
  }

  private Future<ApiResponse> put(ApiRequest request) {
    request.needsOperator("issuers", "write", operators);
    String settings = new String(request.body(), StandardCharsets.UTF_8);
    return services
        .by(request.origin())
        .ask(new IssuerMessage.Put(ALL, settings))
        .map(issuer -> ApiResponse.json(json(issuer)));
  }

  private Future<ApiResponse> remove(ApiRequest request) {
    request.needsOperator("issuers", "write", operators);
    String issuer = request.query("issuer");
    if (issuer == null) {
      throw Problem.badRequest("issuer: which");
    }
    return services
        .by(request.origin())
        .ask(new IssuerMessage.Remove(ALL, issuer))
        .map(removed -> ApiResponse.json(new JsonObject()));
  }

  private static JsonObject json(IssuerMessage.Issuers found) {
    var all = new JsonArray();
    found.issuers().forEach(one -> all.add(json(one)));
    var json = new JsonObject().put("issuers", all);
    return found.next() == null ? json : json.put("next", found.next());
  }

  private static JsonObject json(Issuer issuer) {
    var json =
        new JsonObject()
            .put("issuer", issuer.issuer())
            .put("configured", issuer.configured())
            .put("settings", new JsonObject(issuer.settings()));
    return issuer.since() > 0 ? json.put("since", issuer.since()) : json;
  }
}
