package dev.holdfast.gateway.http;

import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;

/** What a node says about itself and its cluster, to operators. */
final class NodeViews {
  private final NodeState state;
  private final HttpSources sources;

  NodeViews(NodeState state, HttpSources sources) {
    this.state = state;
    this.sources = sources;
  }

  Map<String, Function<Ask, Future<Answer>>> operations() {
    return Map.of("getNodes", this::nodes, "getConfig", this::config, "getStats", this::stats);
  }

  private Future<Answer> nodes(Ask ask) {
    ask.needs("nodes", "read");
    JsonArray nodes = new JsonArray();
    sources.nodes().get().stream()
        .sorted(Comparator.comparing(NodeId::toString))
        .forEach(node -> nodes.add(json(node)));
    JsonObject checks = new JsonObject();
    state.checks().get().forEach((name, holds) -> checks.put(name, holds ? "up" : "down"));
    return answer(
        new JsonObject()
            .put("self", state.self().toString())
            .put("nodes", nodes)
            .put("checks", checks));
  }

  private Future<Answer> config(Ask ask) {
    ask.needs("config", "read");
    return Future.succeededFuture(Answer.json(sources.config().get()));
  }

  private Future<Answer> stats(Ask ask) {
    ask.needs("stats", "read");
    // Whoever may read a node's numbers may read this one of its own tenant.
    var service =
        new dev.holdfast.core.Caller.Service(
            "stats", "http", java.util.Set.of(ask.tenant), java.util.Set.of());
    return sources
        .connections()
        .count(new ConnectionMessage.Count(service, Selection.ofTenant(ask.tenant)))
        .map(counted -> Answer.json(stats(counted.connections())));
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

  private static JsonObject json(NodeId node) {
    return new JsonObject()
        .put("node", node.toString())
        .put("id", node.id())
        .put("startEpoch", node.startEpoch());
  }

  private static Future<Answer> answer(JsonObject json) {
    return Future.succeededFuture(Answer.json(json));
  }
}
