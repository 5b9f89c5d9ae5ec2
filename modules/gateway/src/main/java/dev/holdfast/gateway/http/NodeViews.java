package dev.holdfast.gateway.http;

import dev.holdfast.connections.ConnectionAnswer;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.Caller;
import dev.holdfast.core.NodeId;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    ask.needsOperator("nodes", "read", state.operators());
    return sources
        .connections()
        .nodes(new ConnectionMessage.Nodes(itself(ask)))
        .map(live -> Answer.json(nodes(live.nodes())));
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

  private Future<Answer> config(Ask ask) {
    ask.needsOperator("config", "read", state.operators());
    return Future.succeededFuture(Answer.json(sources.config().get()));
  }

  private Future<Answer> stats(Ask ask) {
    ask.needsOperator("stats", "read", state.operators());
    return sources
        .connections()
        .count(new ConnectionMessage.Count(itself(ask), Selection.ofTenant(ask.tenant)))
        .map(counted -> Answer.json(stats(counted.connections())));
  }

  /** Whoever may read what is the nodes' may read it of its own tenant. */
  private static Caller itself(Ask ask) {
    return new Caller.Service("operator", "http", Set.of(ask.tenant), Set.of());
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
