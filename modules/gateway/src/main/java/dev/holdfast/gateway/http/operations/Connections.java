package dev.holdfast.gateway.http.operations;

import dev.holdfast.connections.Connection;
import dev.holdfast.connections.ConnectionAnswer;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds, lists and closes connections. */
public final class Connections {
  private final ServiceClient connections;

  public Connections(ServiceClient connections) {
    this.connections = connections;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "listConnections", this::list, "getConnection", this::get, "disconnect", this::disconnect);
  }

  private Future<ApiResponse> list(ApiRequest request) {
    request.serviceNeeds("connections", "read");
    Selection selection =
        new Selection(request.tenant, request.user(), node(request.query("node")));
    var wanted =
        new ConnectionMessage.ListConnections(
            request.caller, selection, request.queryOr("after", ""), request.limit());
    return connections.ask(wanted).map(Connections::page);
  }

  private Future<ApiResponse> get(ApiRequest request) {
    request.serviceNeeds("connections", "read");
    return connections
        .ask(new ConnectionMessage.Find(request.caller, request.tenant, request.path("session")))
        .map(connection -> ApiResponse.json(json(connection)));
  }

  private Future<ApiResponse> disconnect(ApiRequest request) {
    request.serviceNeeds("connections", "disconnect");
    String reason = request.queryOr("reason", "disconnected");
    return connections
        .by(request.origin())
        .ask(
            new ConnectionMessage.Disconnect(
                request.caller, request.tenant, request.path("session"), reason))
        .map(done -> ApiResponse.json(new JsonObject().put("told", done.notified())));
  }

  private static @Nullable NodeId node(@Nullable String text) {
    if (text == null) {
      return null;
    }
    if (!text.matches("[A-Za-z0-9_-]{1,64}@[0-9]{1,16}")) {
      throw Problem.badRequest("node: one life of a node, id@startEpoch");
    }
    return NodeId.parse(text);
  }

  private static ApiResponse page(ConnectionAnswer.Page page) {
    JsonArray views = new JsonArray();
    page.connections().forEach(connection -> views.add(json(connection)));
    JsonObject json = new JsonObject().put("connections", views);
    return ApiResponse.json(page.next() == null ? json : json.put("next", page.next()));
  }

  private static JsonObject json(Connection connection) {
    return new JsonObject()
        .put("connection", connection.info().id())
        .put("session", connection.session())
        .put("user", connection.user())
        .put("node", connection.node().toString())
        .put("generation", connection.generation())
        .put("client", connection.info().client())
        .put("address", connection.info().address())
        .put("since", connection.info().since());
  }
}
