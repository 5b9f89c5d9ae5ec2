package dev.holdfast.gateway.http;

import dev.holdfast.connections.Connection;
import dev.holdfast.connections.ConnectionAnswer;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.connections.ConnectionsClient;
import dev.holdfast.core.NodeId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;

/** Connections: looked up, listed, closed. */
final class Connections {
  private final ConnectionsClient connections;

  Connections(ConnectionsClient connections) {
    this.connections = connections;
  }

  Map<String, Function<Ask, Future<Answer>>> operations() {
    return Map.of(
        "listConnections", this::list, "getConnection", this::get, "disconnect", this::disconnect);
  }

  private Future<Answer> list(Ask ask) {
    ask.serviceNeeds("connections", "read");
    Selection selection = new Selection(ask.tenant, ask.user(), node(ask.query("node")));
    var wanted =
        new ConnectionMessage.ListConnections(
            ask.caller, selection, ask.queryOr("after", ""), ask.limit());
    return connections.list(wanted).map(Connections::page);
  }

  private Future<Answer> get(Ask ask) {
    ask.serviceNeeds("connections", "read");
    return connections
        .find(new ConnectionMessage.Find(ask.caller, ask.tenant, ask.path("session")))
        .map(connection -> Answer.json(json(connection)));
  }

  private Future<Answer> disconnect(Ask ask) {
    ask.serviceNeeds("connections", "disconnect");
    String reason = ask.queryOr("reason", "disconnected");
    return connections
        .disconnect(
            new ConnectionMessage.Disconnect(ask.caller, ask.tenant, ask.path("session"), reason))
        .map(done -> Answer.json(new JsonObject().put("told", done.told())));
  }

  private static NodeId node(String text) {
    if (text == null) {
      return null;
    }
    if (!text.matches("[A-Za-z0-9_-]{1,64}@[0-9]{1,16}")) {
      throw Problem.badRequest("node: one life of a node, id@startEpoch");
    }
    return NodeId.parse(text);
  }

  private static Answer page(ConnectionAnswer.Page page) {
    JsonArray views = new JsonArray();
    page.connections().forEach(connection -> views.add(json(connection)));
    JsonObject json = new JsonObject().put("connections", views);
    return Answer.json(page.next() == null ? json : json.put("next", page.next()));
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
