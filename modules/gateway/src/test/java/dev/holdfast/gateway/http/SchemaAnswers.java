package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
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
    change(node, bus);
    HttpCalls user = node.user("ann", "schemas:read", "schema:*");
    assertEquals("forbidden", user.get("/v1/schemas").code());
    assertEquals("forbidden", user.get("/v1/schemas/order%2Fcreated/9").code());
    assertEquals("forbidden", user.put("/v1/schemas/order%2Fcreated/11", "{}").code());
    assertEquals("forbidden", user.delete("/v1/schemas/order%2Fcreated/9").code());
  }

  /** Of a tenant of its own, which has as many as it may. */
  private static void change(HttpFixture node, ServiceClient bus) {
    String tenant = "s" + node.tenant;
    HttpCalls shop =
        node.as(
            HttpFixture.tokenOf(
                tenant, "svc", "service:shop", "schema:order/*", "schemas:read", "publish:*"));
    String created = "/v1/schemas/order%2Fcreated/";
    String text = "{ \"type\": \"object\", \"required\": [\"id\"] }";
    assertEquals(204, shop.put(created + 1, text).status());
    assertEquals(204, shop.put(created + 1, text).status(), "safe to repeat");
    JsonObject schema = shop.get(created + 1).json().getJsonObject("schema");
    assertEquals(new JsonObject(text), schema);
    assertEquals("bad_request", shop.publish("topic:a", "order/created", "{}").code());
    assertEquals("conflict", shop.put(created + 1, "{}").code(), "a version never changes");
    assertEquals("forbidden", shop.put("/v1/schemas/other/1", "{}").code());
    assertEquals("forbidden", shop.delete("/v1/schemas/other/1").code());
    bad(shop, created + 2);
    full(shop, bus, tenant, created + 3);
    assertEquals(204, shop.delete(created + 1).status());
    assertEquals(204, shop.delete(created + 1).status(), "safe to repeat");
    assertEquals("not_found", shop.get(created + 1).code());
    assertEquals("bad_request", shop.delete(created + "x").code());
    assertEquals(200, shop.publish("topic:a", "order/created", "{}").status());
  }

  private static void bad(HttpCalls shop, String path) {
    for (String text : List.of("[]", "{", "{\"type\":1}", "{\"$ref\":\"http://a/b\"}", "")) {
      HttpCalls.Reply refused = shop.put(path, text);
      assertEquals("bad_request", refused.code(), text + ": " + refused.body());
    }
    byte[] noUtf8 = {'{', '"', (byte) 0xff, '"', ':', '1', '}'};
    HttpCalls json = shop.with("content-type", "application/json");
    assertEquals("bad_request", json.send("PUT", path, noUtf8).code());
    String large = "{\"title\":\"" + "a".repeat(SchemaMessage.MAX_BYTES) + "\"}";
    assertEquals("too_large", shop.put(path, large).code());
    assertEquals("not_found", shop.get(path).code());
  }

  private static void full(HttpCalls shop, ServiceClient bus, String tenant, String path) {
    var owner = new Caller.Service("schemas", "test", Set.of(tenant), Set.of("schema:*"));
    List<Future<?>> more = new ArrayList<>();
    for (int i = 2; i <= SchemaMessage.MAX_SCHEMAS; i++) {
      var name = new SchemaName("more", i);
      more.add(bus.ask(new SchemaMessage.Register(owner, tenant, name, "{}")));
    }
    HttpFixture.get(Future.all(more));
    assertEquals("limit_exceeded", shop.put(path, "{}").code());
  }

  private static JsonObject named(int version) {
    return new JsonObject().put("event", "order/created").put("version", version);
  }
}
