package dev.holdfast.gateway.http.operations;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaMessage.Listed;
import dev.holdfast.channels.schemas.SchemaMessage.Schema;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.StrictJson;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** Shows and changes the schemas of a tenant's events, for services: types are made from them. */
public final class SchemaViews {
  /** A list reads all schemas of a tenant, 4 MiB at most. */
  private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(4, 2, 16, 1_000, 0);

  private final ServiceClient bus;
  private final FairTurns turns;

  public SchemaViews(ServiceClient bus, MeterRegistry registry) {
    this.bus = bus;
    this.turns = new FairTurns("schemas", BOUNDS, null, registry);
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "listSchemas", this::list,
        "getSchema", this::get,
        "putSchema", this::put,
        "removeSchema", this::remove);
  }

  private Future<ApiResponse> list(ApiRequest request) {
    var list = new SchemaMessage.ListAll(request.caller, request.tenant);
    return read(request, () -> bus.ask(list)).map(listed -> ApiResponse.json(json(listed)));
  }

  private Future<ApiResponse> get(ApiRequest request) {
    var get = new SchemaMessage.Get(request.caller, request.tenant, name(request));
    return read(request, () -> bus.ask(get)).map(schema -> ApiResponse.json(json(schema)));
  }

  private <T> Future<T> read(ApiRequest request, Supplier<Future<T>> ask) {
    request.needs("schemas", "read");
    return turns.run(request.tenant, request::isGone, ask);
  }

  private Future<ApiResponse> put(ApiRequest request) {
    SchemaName name = mayChange(request);
    String text = StrictJson.text(request.body());
    return change(request, new SchemaMessage.Register(request.caller, request.tenant, name, text));
  }

  private Future<ApiResponse> remove(ApiRequest request) {
    SchemaName name = mayChange(request);
    return change(request, new SchemaMessage.Remove(request.caller, request.tenant, name));
  }

  private Future<ApiResponse> change(ApiRequest request, SchemaMessage<SchemaMessage.Done> change) {
    return bus.by(request.origin()).ask(change).map(done -> ApiResponse.DONE);
  }

  private static SchemaName mayChange(ApiRequest request) {
    SchemaName name = name(request);
    request.needs("schema", name.event());
    return name;
  }

  private static SchemaName name(ApiRequest request) {
    return new SchemaName(request.path("event"), version(request.path("version")));
  }

  private static int version(String text) {
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw Problem.badRequest("version: 1 to 999999999");
    }
    return Integer.parseInt(text);
  }

  private static JsonObject json(Listed listed) {
    JsonArray names = new JsonArray();
    listed.names().forEach(name -> names.add(json(name)));
    return new JsonObject().put("schemas", names);
  }

  private static JsonObject json(Schema found) {
    return json(found.name()).put("schema", new JsonObject(found.schema()));
  }

  private static JsonObject json(SchemaName name) {
    return new JsonObject().put("event", name.event()).put("version", name.version());
  }
}
