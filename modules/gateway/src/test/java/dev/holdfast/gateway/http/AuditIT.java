package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Publish;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is administered over HTTP, and what the audit logs say of it. The Redis is its own: with the
 * keys of other tests an export or an erasure may take several steps.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditIT {
  private static final String LOG = "/v1/channels/system:audit/publications";

  private HttpFixture node;

  @BeforeAll
  void start(@OwnRedis TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void whatOperatorsDoIsInTheTenantsLogAndWithTheirAddressInTheirOwn() {
    String tenant = "t" + Ids.fresh();
    ok(node.service().send("PUT", "/v1/tenants/" + tenant, new byte[0]));
    ok(node.service().send("POST", "/v1/tenants/" + tenant + "/suspend", new byte[0]));
    ok(node.service().send("POST", "/v1/tenants/" + tenant + "/resume", new byte[0]));
    ok(node.service().post("/v1/tenants/" + tenant + "/revocations", "{\"user\":\"ann\"}"));
    ok(limits(tenant, "{\"tenant.requests\":7000}"));
    ok(node.service().get("/v1/tenants/" + tenant + "/export"));
    eraseAnn(tenant);

    List<JsonObject> entries = entries(tenant);

    assertEquals(
        List.of(
            "tenant.create",
            "tenant.suspend",
            "tenant.resume",
            "tokens.revoke",
            "limits.change",
            "tenant.export",
            "erase"),
        events(entries));
    for (JsonObject entry : entries) {
      JsonObject data = entry.getJsonObject("data");
      assertEquals("done", data.getString("outcome"));
      assertEquals("{\"kind\":\"operator\",\"name\":\"tests\"}", data.getJsonObject("by").encode());
      assertEquals(Set.of("node"), data.getJsonObject("from").fieldNames());
    }
    assertEquals("ann", target(entries.get(3)).getString("user"));
    assertEquals(7_000, target(entries.get(4)).getInteger("tenant.requests"));
    List<JsonObject> own = new ArrayList<>(entries(node.tenant));
    own.removeIf(entry -> !tenant.equals(target(entry).getString("tenant")));
    assertEquals(events(entries), events(own));
    for (JsonObject entry : own) {
      JsonObject data = entry.getJsonObject("data");
      assertEquals("127.0.0.1", data.getJsonObject("from").getString("address"));
      assertEquals(node.nodes.node().toString(), data.getJsonObject("from").getString("node"));
      assertEquals(node.tenant, data.getJsonObject("by").getString("tenant"));
    }
  }

  /** And looks once more. */
  private void eraseAnn(String tenant) {
    newSession(desk(tenant), "ann");
    String erase = "/v1/usage?tenant=" + tenant + "&user=ann&confirm=ann";
    assertEquals(1, ok(node.service().delete(erase)).json().getInteger("sessions"));
    assertEquals(0, ok(node.service().delete(erase)).json().getInteger("sessions"));
  }

  @Test
  void whatATenantsServiceEndsIsInItsLogAndWhatAUserEndsItselfIsNot() {
    String tenant = "t" + Ids.fresh();
    HttpCalls desk = desk(tenant);
    String ended = newSession(desk, "ann");
    String cut = newSession(desk, "ann");
    String own = newSession(desk, "ann");

    ok(desk.delete(ended));
    ok(desk.delete(cut.replace("sessions", "connections") + "?reason=moved"));
    ok(node.as(HttpFixture.tokenOf(tenant, "ann")).delete(own));
    ok(desk.post("/v1/revocations", "{\"all\":true,\"issuedUntil\":1}"));

    List<JsonObject> entries = entries(tenant);
    assertEquals(List.of("session.close", "connection.close", "tokens.revoke"), events(entries));
    JsonObject first = entries.get(0).getJsonObject("data");
    assertEquals(
        new JsonObject()
            .put("kind", "service")
            .put("name", "desk")
            .put("tenant", tenant)
            .put("issuer", "https://issuer.example"),
        first.getJsonObject("by"));
    assertEquals("127.0.0.1", first.getJsonObject("from").getString("address"));
    assertEquals("/v1/sessions/" + first.getJsonObject("target").getString("session"), ended);
  }

  @Test
  void itIsReadByThePermissionsWholeNameAndWrittenByNobody() {
    String tenant = "t" + Ids.fresh();
    ok(node.service().send("PUT", "/v1/tenants/" + tenant, new byte[0]));
    String reader = HttpFixture.tokenOf(tenant, "ann", "audit:read");
    String[] others = {"*", "audit:*", "subscribe:*", "subscribe:system:audit", "tenants:audit"};

    assertEquals(1, ok(node.as(reader).get(LOG)).json().getJsonArray("publications").size());
    try (var stream = new EventReader(node, reader, "system:audit", null)) {
      stream.await("live", "system:audit");
      ok(desk(tenant).delete(newSession(desk(tenant), "bob")));
      JsonObject event = stream.await("event", "system:audit");
      assertEquals("session.close", event.getString("event"));
    }
    Reply refused = node.as(HttpFixture.tokenOf(tenant, "ann", others)).get(LOG);
    assertEquals(403, refused.status(), refused.body());
    assertTrue(refused.body().contains("needs audit:read"), refused.body());
    String service = HttpFixture.tokenOf(tenant, "svc", "service:desk", "*");
    assertEquals(403, node.as(service).get(LOG).status());
    assertEquals(403, node.as(service).publish("system:audit", "e", "1").status());
    assertEquals(403, node.as(reader).publish("system:audit", "e", "1").status());
    assertEquals(ErrorCode.FORBIDDEN, published(tenant, "desk", Set.of(tenant)));
    assertEquals(ErrorCode.FORBIDDEN, published(tenant, "audit", Set.of(tenant)));
    assertEquals(ErrorCode.FORBIDDEN, published(tenant, "desk", Set.of("*")));
    String operators = HttpFixture.tokenOf(tenant, "eve", "tenants:audit");
    assertEquals(403, node.as(operators).get("/v1/tenants/" + tenant + "/audit").status());
    assertEquals(
        400, node.service().delete("/v1/usage?tenant=" + tenant + erase("system:audit")).status());
  }

  /** And in the log of whoever tries, not of whom it tries it on. */
  @Test
  void whatLacksAPermissionIsThereTooAndFloodsNothing() {
    String tenant = "t" + Ids.fresh();
    String other = "o" + tenant;
    HttpCalls eve = node.as(HttpFixture.tokenOf(tenant, "eve", "*", "tenants:write"));
    int tries = 100;
    for (int i = 0; i < tries; i++) {
      Reply refused = eve.send("POST", "/v1/tenants/" + other + "/suspend", new byte[0]);
      assertEquals(403, refused.status());
    }
    assertEquals(403, node.service().send("POST", suspendOperators(), new byte[0]).status());

    List<JsonObject> entries = entries(tenant);
    assertEquals(Set.of("tenant.suspend"), Set.copyOf(events(entries)));
    assertTrue(entries.size() >= 20 && entries.size() < tries, entries.size() + " entries");
    JsonObject data = entries.get(0).getJsonObject("data");
    assertEquals("refused", data.getString("outcome"));
    assertEquals("eve", data.getJsonObject("by").getString("name"));
    assertEquals(other, data.getJsonObject("target").getString("tenant"));
    assertEquals(List.of(), entries(other));
    assertTrue(entries(node.tenant).stream().anyMatch(AuditIT::isRefusedSuspension));
  }

  private String suspendOperators() {
    return "/v1/tenants/" + node.tenant + "/suspend";
  }

  private static boolean isRefusedSuspension(JsonObject entry) {
    return entry.getString("event").equals("tenant.suspend")
        && entry.getJsonObject("data").getString("outcome").equals("refused");
  }

  @Test
  void anErasedTenantsLogGoesWithItAndTheOperatorsKeepsTheEntry() {
    String tenant = "t" + Ids.fresh();
    ok(desk(tenant).delete(newSession(desk(tenant), "ann")));
    assertEquals(1, entries(tenant).size());

    String path = "/v1/usage?tenant=" + tenant + "&confirm=" + tenant;
    String next = "";
    while (next != null) {
      next = ok(node.service().delete(path + "&after=" + next)).json().getString("next");
    }

    assertEquals(List.of(), entries(tenant));
    Predicate<JsonObject> done =
        entry ->
            entry.getString("event").equals("erase")
                && tenant.equals(target(entry).getString("tenant"))
                && entry.getJsonObject("data").getString("outcome").equals("done");
    assertEquals(1, entries(node.tenant).stream().filter(done).count());
  }

  /** Each pass left an entry in the log that it erased, for the next one to find. */
  @Test
  void theOperatorsTenantCanBeErased(@OwnRedis TestRedis redis) {
    try (var fresh = new HttpFixture(redis.uri())) {
      ok(fresh.service().send("PUT", "/v1/tenants/acme", new byte[0]));
      String erase = "/v1/usage?tenant=" + fresh.tenant + "&confirm=" + fresh.tenant;

      await("a pass that finds nothing")
          .until(() -> ok(fresh.service().delete(erase)).json().getInteger("keys") == 0);
    }
  }

  /** A suspension has to work then; so it does, and says that it is not noted. */
  @Test
  void whatCanNotBeNotedIsNotAcknowledged(@OwnRedis TestRedis redis) {
    String tenant = "t" + Ids.fresh();
    String one = "/v1/tenants/" + tenant;
    try (var full = new HttpFixture(redis.uri())) {
      ok(full.service().send("PUT", one, new byte[0]));
      redis.call("CONFIG", "SET", "maxmemory", "1");

      Reply refused = full.service().send("POST", one + "/suspend", new byte[0]);

      assertEquals(507, refused.status(), refused.body());
      assertTrue(refused.body().contains("not noted in the audit log"), refused.body());
      redis.call("CONFIG", "SET", "maxmemory", "0");
      assertEquals("suspended", full.service().get(one).json().getString("state"));
      await("room")
          .until(() -> full.service().send("POST", one + "/suspend", new byte[0]).status() == 200);
      JsonObject page = full.service().get(one + "/audit").json();
      assertEquals(List.of("tenant.create", "tenant.suspend"), events(list(page)));
      assertNull(page.getJsonObject("gap"));
      assertFalse(page.encode().contains("unknown"));
    }
  }

  private ErrorCode published(String tenant, String name, Set<String> tenants) {
    var service = new Caller.Service(name, "1", tenants, Set.of("*"));
    var item = new Item(1, "tenant.create", "{}", false);
    var log = new Channel(tenant, ChannelName.AUDIT);
    var publisher = new Publisher("p" + Ids.fresh(), 1);
    try {
      HttpFixture.get(
          ServiceClient.local(node.bus, Duration.ofSeconds(10))
              .ask(new Publish(service, null, log, publisher, List.of(item))));
      return null;
    } catch (IllegalStateException e) {
      return HoldfastException.from(e.getCause().getCause()).code();
    }
  }

  @Test
  void whatAServiceChangesOfSchemasIsNotedWithItsAddress() {
    String tenant = "t" + Ids.fresh();
    String token = HttpFixture.tokenOf(tenant, "svc", "service:shop", "schema:order");
    ok(node.as(token).put("/v1/schemas/order/1", "{}"));
    ok(node.as(token).delete("/v1/schemas/order/1"));
    assertEquals("forbidden", node.as(token).delete("/v1/schemas/other/1").code());

    List<JsonObject> entries = entries(tenant);

    assertEquals(List.of("schema.register", "schema.remove", "schema.remove"), events(entries));
    assertEquals("order/1", target(entries.get(0)).getString("schema"));
    for (JsonObject entry : entries) {
      JsonObject data = entry.getJsonObject("data");
      assertEquals("shop", data.getJsonObject("by").getString("name"));
      assertEquals("127.0.0.1", data.getJsonObject("from").getString("address"));
    }
    JsonObject refused = entries.get(2).getJsonObject("data");
    assertEquals("refused", refused.getString("outcome"));
  }

  private HttpCalls desk(String tenant) {
    return node.as(
        HttpFixture.tokenOf(
            tenant, "svc", "service:desk", "sessions:*", "connections:*", "tokens:revoke"));
  }

  private static String newSession(HttpCalls desk, String user) {
    return ok(desk.post("/v1/sessions", "{\"user\":\"" + user + "\"}")).header("location");
  }

  private Reply limits(String tenant, String changes) {
    return node.service()
        .with("content-type", "application/json")
        .send("PATCH", "/v1/limits?tenant=" + tenant, changes.getBytes());
  }

  private static String erase(String channel) {
    return "&channel=" + channel + "&confirm=" + channel;
  }

  private List<JsonObject> entries(String tenant) {
    List<JsonObject> all = new ArrayList<>();
    String path = "/v1/tenants/" + tenant + "/audit?limit=1000";
    String after = null;
    while (true) {
      JsonObject page =
          ok(node.service().get(path + (after == null ? "" : "&after=" + after))).json();
      List<JsonObject> some = list(page);
      all.addAll(some);
      if (some.isEmpty()) {
        return all;
      }
      after = page.getString("next");
    }
  }

  private static List<JsonObject> list(JsonObject page) {
    return page.getJsonArray("publications").stream().map(JsonObject.class::cast).toList();
  }

  private static List<String> events(List<JsonObject> entries) {
    return entries.stream().map(entry -> entry.getString("event")).toList();
  }

  private static JsonObject target(JsonObject entry) {
    return entry.getJsonObject("data").getJsonObject("target");
  }

  private static Reply ok(Reply reply) {
    assertTrue(reply.status() < 300, reply.toString());
    return reply;
  }
}
