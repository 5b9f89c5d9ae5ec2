package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Each answer of the operations on schemas, once. */
final class SchemaAnswers {
  private SchemaAnswers() {}

  static void check(HttpFixture node) {
    var bus = ServiceClient.local(node.bus, Duration.ofSeconds(10));
    var owner = new Caller.Service("schemas", "test", Set.of(node.tenant), Set.of("schema:*"));
    for (int version : List.of(10, 9)) {
      var name = new SchemaName("order/created", version);
      String text = "{\"type\":\"object\",\"minProperties\":" + version + "}";
      HttpFixture.get(bus.ask(new SchemaMessage.Register(owner, node.tenant, name, text)));
    }
    HttpCalls reader = node.user("svc", "service:types", "schemas:read");
    JsonArray listed = reader.get("/v1/schemas").json().getJsonArray("schemas");
    assertEquals(List.of(named(9), named(10)), listed.stream().toList());
    JsonObject found = reader.get("/v1/schemas/order%2Fcreated/9").json();
    var schema = new JsonObject().put("type", "object").put("minProperties", 9);
    assertEquals(named(9).put("schema", schema), found);

    assertEquals("not_found", reader.get("/v1/schemas/order%2Fcreated/8").code());
    for (String bad : List.of("a/0", "a/x", "a/1000000000", "%20/1", "a%2F7/1")) {
      assertEquals("bad_request", reader.get("/v1/schemas/" + bad).code(), bad);
    }
    HttpCalls user = node.user("ann", "schemas:read");
    assertEquals("forbidden", user.get("/v1/schemas").code());
    assertEquals("forbidden", user.get("/v1/schemas/order%2Fcreated/9").code());
  }

  private static JsonObject named(int version) {
    return new JsonObject().put("event", "order/created").put("version", version);
  }
}
