package dev.holdfast.gateway.http.operations;

import dev.holdfast.connections.usage.UsageMessage.DayUsed;
import dev.holdfast.connections.usage.UsageMessage.Days;
import dev.holdfast.connections.usage.UsageMessage.DaysUsed;
import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.connections.usage.UsageMessage.Row;
import dev.holdfast.connections.usage.UsageMessage.Show;
import dev.holdfast.connections.usage.UsageMessage.Usage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shows what Redis holds of all tenants, and erases it, for operators. */
public final class StoreViews {
  /** The operator as a caller of the store, which holds the data of all tenants. */
  private static final Caller ALL = new Caller.Service("operator", "http", Set.of("*"), Set.of());

  private final ServiceClient usage;
  private final @Nullable String operators;

  /**
   * @param operators their tenant; none if there are no operators
   */
  public StoreViews(ServiceClient usage, @Nullable String operators) {
    this.usage = usage;
    this.operators = operators;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("getUsage", this::show, "getTenantUsage", this::days, "erase", this::erase);
  }

  private Future<ApiResponse> show(ApiRequest request) {
    request.needsOperator("usage", "read", operators);
    return usage
        .ask(new Show(ALL, request.query("tenant"), request.limit()))
        .map(found -> ApiResponse.json(json(found)));
  }

  private Future<ApiResponse> days(ApiRequest request) {
    request.needsOperator("usage", "read", operators);
    String days = request.queryOr("days", "30");
    if (!days.matches("[1-9][0-9]?")) {
      throw Problem.badRequest("days: 1 to 90");
    }
    String tenant = Names.tenant(request.path("tenant"));
    return usage
        .ask(new Days(ALL, tenant, Integer.parseInt(days)))
        .map(used -> ApiResponse.json(json(tenant, used)));
  }

  private static JsonObject json(String tenant, DaysUsed used) {
    var days = new JsonArray();
    for (DayUsed day : used.days()) {
      var one = new JsonObject().put("day", day.day());
      new TreeMap<>(day.amounts()).forEach(one::put);
      days.add(one);
    }
    return new JsonObject().put("tenant", tenant).put("days", days);
  }

  /**
   * Erases the data of a tenant, a user or a channel. Its name has to be repeated, as a protection
   * against a slip.
   */
  private Future<ApiResponse> erase(ApiRequest request) {
    request.needsOperator("usage", "erase", operators);
    String tenant = request.query("tenant");
    String user = request.query("user");
    String channel = request.query("channel");
    if (tenant == null) {
      throw Problem.badRequest("tenant: missing");
    }
    String named = user != null ? user : channel != null ? channel : tenant;
    if (!named.equals(request.query("confirm"))) {
      throw Problem.badRequest("confirm: repeat what is to be erased, " + named);
    }
    ChannelName name = channel == null ? null : ChannelName.parse(channel);
    var step = new Erase(ALL, tenant, user, name, request.queryOr("after", ""));
    return usage.by(request.origin()).ask(step).map(done -> ApiResponse.json(json(done)));
  }

  private static JsonObject json(Usage found) {
    return new JsonObject()
        .put("complete", found.complete())
        .put("keys", found.keys())
        .put("bytes", found.bytes())
        .put("tenants", rows(found.tenants(), null))
        .put("users", rows(found.users(), "user"))
        .put("channels", rows(found.channels(), "channel"));
  }

  private static JsonArray rows(List<Row> rows, @Nullable String kind) {
    var all = new JsonArray();
    for (Row row : rows) {
      var one = new JsonObject().put("tenant", row.tenant());
      if (kind != null) {
        one.put(kind, row.name());
      }
      all.add(one.put("bytes", row.bytes()).put("keys", row.keys()));
    }
    return all;
  }

  private static JsonObject json(Erased step) {
    var left = new JsonObject();
    step.left().forEach(left::put);
    var json =
        new JsonObject()
            .put("sessions", step.sessions())
            .put("files", step.files())
            .put("runs", step.runs())
            .put("keys", step.keys())
            .put("left", left);
    return step.next() == null ? json : json.put("next", step.next());
  }
}
