package dev.holdfast.gateway.http.operations;

import dev.holdfast.connections.usage.UsageMessage.Export;
import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.connections.usage.UsageMessage.LeaveExport;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Names;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Rates;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exports what a tenant or one of its users has, for operators. */
public final class TenantExports {
  private static final Logger LOG = LoggerFactory.getLogger(TenantExports.class);

  /** The operator as a caller of the store, which holds the data of all tenants. */
  private static final Caller ALL = new Caller.Service("operator", "http", Set.of("*"), Set.of());

  private final ServiceClient usage;
  private final Rates rates;
  private final @Nullable String operators;

  /**
   * @param usage asks this node's own, which keeps the places of exports
   * @param operators their tenant; none if there are no operators
   */
  public TenantExports(ServiceClient usage, Rates rates, @Nullable String operators) {
    this.usage = usage;
    this.rates = rates;
    this.operators = operators;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("exportTenant", this::export);
  }

  /** Answers after the first part, so that what is refused has a status of its own. */
  private Future<ApiResponse> export(ApiRequest request) {
    request.needsOperator("tenants", "export", operators);
    String tenant = Names.tenant(request.path("tenant"));
    var source = new Source(usage, tenant, request.query("user"), Ids.fresh());
    return source
        .begin(request.origin())
        .onFailure(refused -> source.leave())
        .map(
            first -> {
              if (request.isGone()) {
                source.leave();
              }
              return ApiResponse.stream(
                  routing -> new ExportStream(request, source, rates).begin(first));
            });
  }

  /**
   * The parts of one export.
   *
   * @param user whose; none: the whole tenant
   */
  record Source(ServiceClient usage, String tenant, @Nullable String user, String id) {
    /**
     * @param who asked for it, once, for the audit log
     */
    Future<Exported> begin(@Nullable Origin who) {
      return usage.by(who).ask(new Export(ALL, tenant, user, id, 0));
    }

    /**
     * @param number from 1
     */
    Future<Exported> part(int number) {
      return usage.ask(new Export(ALL, tenant, user, id, number));
    }

    void leave() {
      usage
          .ask(new LeaveExport(ALL, id))
          .onFailure(late -> LOG.debug("an export is left to its end: {}", "" + late));
    }
  }
}
