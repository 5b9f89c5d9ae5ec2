package dev.holdfast.gateway.http.operations;

import dev.holdfast.connections.ConnectionAnswer;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.Caller;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Views of the node and its cluster, for operators. */
public final class NodeViews {
  private final NodeState state;
  private final ServiceClient connections;
  private final Supplier<String> config;

  /**
   * @param config the configuration in force, one JSON object without secrets
   */
  public NodeViews(NodeState state, ServiceClient connections, Supplier<String> config) {
    this.state = state;
    this.connections = connections;
    this.config = config;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("getNodes", this::nodes, "getConfig", this::config, "getStats", this::stats);
  }

  private Future<ApiResponse> nodes(ApiRequest request) {
    request.needsOperator("nodes", "read", state.operators());
    return connections
        .ask(new ConnectionMessage.Nodes(itself(request)))
        .map(live -> ApiResponse.json(nodes(live.nodes())));
  }

  private JsonObject nodes(List<ConnectionAnswer.LiveNode> live) {
    JsonArray nodes = new JsonArray();
    live.forEach(node -> nodes.add(json(node)));
    JsonObject checks = new JsonObject();
    state.checks().get().forEach((name, holds) -> checks.put(name, holds ? "up" : "down"));
    return new JsonObject()
        .put("self", state.self().toString())
        .put("nodes", nodes)
        .put("checks", checks);
  }

  private Future<ApiResponse> config(ApiRequest request) {
    request.needsOperator("config", "read", state.operators());
    return Future.succeededFuture(ApiResponse.json(config.get()));
  }

  private Future<ApiResponse> stats(ApiRequest request) {
    request.needsOperator("stats", "read", state.operators());
    return connections
        .ask(new ConnectionMessage.Count(itself(request), Selection.ofTenant(request.tenant)))
        .map(counted -> ApiResponse.json(stats(counted.connections())));
  }

  /**
   * Returns a caller that may see the request's own tenant: an operator that may see the nodes may
   * see that, too.
   */
  private static Caller itself(ApiRequest request) {
    return new Caller.Service("operator", "http", Set.of(request.tenant), Set.of());
  }

  private JsonObject stats(long connectionsOfTenant) {
    JsonObject publications = new JsonObject();
    for (String outcome : new String[] {"stored", "duplicate", "refused", "volatile"}) {
      publications.put(outcome, counted("holdfast.publications", "outcome", outcome));
    }
    return new JsonObject()
        .put("node", state.self().toString())
        .put("sockets", state.sockets().getAsInt())
        .put("sessions", state.sessions().getAsInt())
        .put("publications", publications)
        .put("deliveries", counted("holdfast.deliveries"))
        .put("gaps", counted("holdfast.gaps"))
        .put("tenant", new JsonObject().put("connections", connectionsOfTenant));
  }

  private long counted(String name, String... tags) {
    Counter counter = state.registry().find(name).tags(tags).counter();
    return counter == null ? 0 : (long) counter.count();
  }

  private static JsonObject json(ConnectionAnswer.LiveNode live) {
    NodeId node = live.node();
    return new JsonObject()
        .put("node", node.toString())
        .put("id", node.id())
        .put("startEpoch", node.startEpoch())
        .put("address", live.info().address())
        .put("version", live.info().version());
  }
}
