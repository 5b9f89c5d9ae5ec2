package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The document and the node, held against each other: what is answered is documented ({@link
 * ContractCheck}), and what is documented is answered here once.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractIT {
  static final String NEWS = "topic:news";

  private HttpFixture node;
  private HttpCalls service;
  private String redis;

  @BeforeAll
  void start(TestRedis testRedis) {
    redis = testRedis.uri();
    node = new HttpFixture(redis);
    service = node.service();
  }

  /** Server errors have one way out of every operation; that one is seen below. */
  @AfterAll
  void everythingDocumentedWasSeen() {
    Set<String> unseen = ContractCheck.unseen();
    unseen.removeIf(answer -> answer.endsWith(" 5XX"));
    unseen.removeAll(PageAnswers.OF_OTHER_NODES);
    node.close();
    assertEquals(Set.of("connect 101"), unseen);
  }

  @Test
  void theCodesAreThoseOfTheNode() {
    JsonObject problem =
        ContractCheck.DOCUMENT
            .getJsonObject("components")
            .getJsonObject("schemas")
            .getJsonObject("Problem");
    JsonArray documented =
        problem.getJsonObject("properties").getJsonObject("code").getJsonArray("enum");
    Set<String> codes =
        Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).collect(Collectors.toSet());

    assertEquals(codes, Set.copyOf(documented.getList()));
  }

  @Test
  void anAnswerThatIsNotDocumentedIsFound() {
    Reply nodes = service.get("/v1/nodes");
    String body = nodes.json().put("more", 1).encode();
    Reply other = new Reply(200, nodes.headers(), body);
    Reply status = new Reply(202, nodes.headers(), nodes.body());

    assertThrows(AssertionError.class, () -> ContractCheck.check("GET", "/v1/nodes", other));
    assertThrows(AssertionError.class, () -> ContractCheck.check("GET", "/v1/nodes", status));
  }

  @Test
  void noTokenIsUnauthorizedEverywhere() {
    for (Operation operation : ContractCheck.OPERATIONS) {
      if (operation.secured()) {
        Reply reply = ContractCalls.call(node.as(null), operation);
        assertEquals(401, reply.status(), operation.id());
        assertEquals("Bearer", reply.header("www-authenticate"));
        assertEquals("unauthorized", reply.code());
      }
    }
  }

  @Test
  void aServiceWithoutPermissionIsForbiddenEverywhere() {
    HttpCalls bare = node.user("svc", "service:bare");
    for (Operation operation : documenting("403")) {
      if (operation.secured()) {
        assertEquals("forbidden", ContractCalls.call(bare, operation).code(), operation.id());
      }
    }
    Reply connect =
        service
            .with("origin", "https://evil.example")
            .with("x-upgrade", "websocket")
            .get("/v1/connect");
    assertEquals(426, connect.status());
  }

  @Test
  void whatTheCallerDoesNotAcceptIsNotAnswered() {
    for (Operation operation : documenting("406")) {
      HttpCalls picky = service.with("accept", "image/png");
      assertEquals(406, ContractCalls.call(picky, operation).status(), operation.id());
    }
  }

  @Test
  void badPathsAndQueriesAreNamed() {
    for (String path :
        new String[] {
          "/v1/channels/nonsense",
          "/v1/channels/topic:a/publications?after=7",
          "/v1/sessions?limit=0",
          "/v1/sessions/not%20an%20id",
          "/v1/connections?node=x",
          "/v1/connections/not%20an%20id"
        }) {
      assertEquals("bad_request", service.get(path).code(), path);
    }
    assertEquals("bad_request", service.delete("/v1/sessions/s?reason=%20").code());
    assertEquals("bad_request", service.delete("/v1/connections/s?reason=%20").code());
    assertEquals("bad_request", service.delete("/v1/sessions/s/subscriptions/x").code());
    assertEquals("bad_request", service.put("/v1/sessions/s/subscriptions/x", "").code());
    assertEquals("bad_request", service.post("/v1/sessions", "{}").code());
    assertEquals("bad_request", service.post("/v1/publish", "{}").code());
    assertEquals(
        "bad_request", service.with("if-match", "*").put("/v1/sessions/s/attributes", "{}").code());
    assertEquals("bad_request", node.user("ann").get("/v1/events?channels=x").code());
    assertEquals("bad_request", upgrade("/v1/connect").code());
  }

  @Test
  void bodiesOfOtherTypesOrTooLargeAreRefused() {
    for (Operation operation : documenting("415")) {
      Reply form = ContractCalls.call(service.with("content-type", "text/plain"), operation);
      assertEquals(415, form.status(), operation.id());
      byte[] large = new byte[HttpApi.BODY_LIMIT + 1];
      HttpCalls json = service.with("content-type", "application/json").with("if-match", "\"0\"");
      Reply reply = json.send(operation.method().name(), ContractCalls.path(operation), large);
      assertEquals("too_large", reply.code(), operation.id());
    }
  }

  @Test
  void aChannelIsPublishedToAndRead() {
    assertNull(service.get("/v1/channels/topic:empty").json().getValue("position"));
    Reply published = service.publish(NEWS, "note", "{\"n\":1}");
    JsonObject position =
        published.json().getJsonArray("results").getJsonObject(0).getJsonObject("position");

    Reply history = service.get("/v1/channels/topic%3Anews/publications?limit=1");
    assertEquals(position, service.get("/v1/channels/topic:news").json().getValue("position"));
    assertEquals(1, history.json().getJsonArray("publications").size());
    String unknown = service.get("/v1/channels/topic:news/publications?after=E:9").body();
    assertTrue(unknown.contains("\"reason\":\"epoch\""), unknown);
    assertEquals("not_found", service.publish("session:none", "note", "1").code());
  }

  @Test
  void theSameKeyWithOtherDataIsAConflict() {
    HttpCalls keyed = service.with("idempotency-key", "k1");
    assertEquals(200, keyed.publish("topic:keys", "note", "1").status());
    assertEquals("conflict", keyed.publish("topic:keys", "note", "2").code());
  }

  @Test
  void tooManyKeysInAChannelAreRateLimited() {
    keyed("topic:full").publish("topic:full", "note", "1");
    RedisLink link =
        HttpFixture.get(RedisLink.open(node.vertx, RedisConfig.of(redis), "test", node.registry));
    String fill =
        "local t = redis.call('TIME')[1] * 1000; "
            + "for i = 1, 60000 do redis.call('ZADD', KEYS[1], t, 'k' .. i) end";
    HttpFixture.get(link.send("EVAL", fill, 1, "hf:idet:{" + node.tenant + "/topic:full}"));

    Reply refused = keyed("topic:full-2").publish("topic:full", "note", "1");

    assertEquals("rate_limited", refused.code());
    assertTrue(refused.json().getBoolean("retryable"));
    long wait = refused.json().getLong("retryAfter");
    assertTrue(wait > 60_000 && wait <= 120_000, "retry after " + wait + " ms");
    assertEquals((wait + 999) / 1_000, Long.parseLong(refused.header("retry-after")));
  }

  private HttpCalls keyed(String key) {
    return service.with("idempotency-key", key);
  }

  @Test
  void aSessionIsCreatedGivenAttributesSubscribedAndClosed() {
    Reply created = service.post("/v1/sessions", "{\"user\":\"ann\",\"attributes\":{\"a\":\"b\"}}");
    assertEquals(201, created.status());
    String session = created.header("location");
    assertEquals(created.json(), service.get(session).json());
    HttpCalls matching = service.with("if-match", created.header("etag"));
    Reply set = matching.put(session + "/attributes", "{\"a\":\"c\"}");
    assertEquals("\"1\"", set.header("etag"));
    assertEquals(412, matching.put(session + "/attributes", "{}").status());
    assertEquals(428, service.put(session + "/attributes", "{}").status());
    assertEquals(204, service.put(session + "/subscriptions/topic:a%2Fb", "").status());
    assertEquals(
        new JsonArray().add("topic:a/b"), service.get(session).json().getValue("subscriptions"));
    for (int i = 1; i < 8; i++) {
      service.put(session + "/subscriptions/topic:n" + i, "");
    }
    assertEquals(422, service.put(session + "/subscriptions/topic:n8", "").status());
    assertEquals(204, service.delete(session + "/subscriptions/topic:n1").status());
    assertTrue(service.get("/v1/sessions?user=ann").body().contains("topic:n2"));
    assertEquals(204, service.delete(session).status());
    assertEquals("not_found", service.get(session).code());
    assertEquals("not_found", matching.put(session + "/attributes", "{}").code());
    assertEquals("not_found", service.put(session + "/subscriptions/topic:x", "").code());
    assertEquals("not_found", service.delete(session + "/subscriptions/topic:x").code());
  }

  @Test
  void aConnectionIsLookedUpListedAndClosed() {
    try (EventReader stream = new EventReader(node, node.token("cam"), "", null)) {
      String session = stream.await("welcome").getString("session");
      Reply found = service.get("/v1/connections/" + session);
      assertEquals("cam", found.json().getString("user"));
      String node1 = found.json().getString("node");
      String list = service.get("/v1/connections?user=cam&node=" + node1).body();
      assertTrue(list.contains(found.json().getString("connection")), list);
      Reply closed = service.delete("/v1/connections/" + session + "?reason=moved");
      assertTrue(closed.json().getBoolean("told"));
      assertEquals("disconnected", stream.await("close").getString("reason"));
    }
    assertEquals("not_found", service.get("/v1/connections/none").code());
    assertEquals("not_found", service.delete("/v1/connections/none").code());
  }

  @Test
  void whatTheStoreHoldsIsShownAndErased() {
    String topic = "topic:" + Ids.fresh();
    service.publish(topic, "note", "1");
    String own = "/v1/usage?tenant=" + node.tenant;

    await("the walk").until(() -> service.get(own).json().getBoolean("complete"));
    assertTrue(service.get(own + "&limit=1000").body().contains("\"" + topic + "\""));
    assertEquals(400, service.get("/v1/usage?limit=0").status());
    for (String wrong :
        List.of("", "&confirm=other", "&channel=" + topic + "&confirm=" + node.tenant)) {
      assertEquals(400, service.delete(own + wrong).status(), wrong);
    }
    Reply erased = service.delete(own + "&channel=" + topic + "&confirm=" + topic);
    assertTrue(erased.json().getInteger("keys") >= 2, erased.body());
    String left = service.get("/v1/channels/" + topic + "/publications").body();
    assertTrue(left.contains("\"publications\":[]"), left);
  }

  @Test
  void tokensAreRevokedByUserIdSessionAndTenant() {
    String other = "/v1/tenants/" + "o" + node.tenant + "/revocations";
    for (String wanted :
        List.of(
            "{\"user\":\"gone\",\"issuedUntil\":7}",
            "{\"token\":\"t1\"}",
            "{\"all\":true,\"issuedUntil\":7}")) {
      assertEquals(200, service.post("/v1/revocations", wanted).status(), wanted);
      assertEquals(200, service.post(other, wanted).status(), wanted);
    }
    String none = "{\"session\":\"none\"}";
    assertEquals(404, service.post("/v1/revocations", none).status());
    assertEquals(404, service.post(other, none).status());
    assertEquals(404, service.delete("/v1/sessions/none?reason=revoked").status());
    for (String unclear :
        List.of(
            "{}",
            "{\"all\":false}",
            "{\"user\":\"a\",\"all\":true}",
            "{\"token\":\"t\",\"issuedUntil\":7}",
            "{\"user\":\"a\",\"issuedUntil\":0}",
            "{\"user\":\"a\",\"issuedUntil\":99999999999}",
            "{\"user\":\"a b\"}")) {
      assertEquals(400, service.post("/v1/revocations", unclear).status(), unclear);
      assertEquals(400, service.post(other, unclear).status(), unclear);
    }
  }

  @Test
  void theNodeReportsOnItself() {
    String self = service.get("/v1/nodes").json().getString("self");
    assertEquals(node.nodes.node().toString(), self);
    assertNotNull(service.get("/v1/stats").json().getJsonObject("tenant"));
    assertNotNull(service.get("/v1/config").json().getJsonObject("gateway"));
    service.get("/metrics");
    service.get("/openapi.yaml");
    assertEquals("3.1.0", service.get("/openapi.json").json().getString("openapi"));
    assertTrue(service.get("/asyncapi.yaml").body().contains("./frames.schema.json#/$defs/"));
    assertTrue(service.get("/frames.schema.json").json().containsKey("$defs"));
    PageAnswers.check(node);
    SchemaAnswers.check(node);
    TenantAnswers.check(service, "t" + node.tenant);
    TenantAnswers.checkErased(node, redis, "e" + node.tenant);
    IssuerAnswers.check(service, "https://id.example/" + node.tenant);
    IssuerAnswers.checkCredentials(node);
  }

  /** A stream of events needs a place among its user's connections. */
  @Test
  void everyOperationIsHeldToTheRatesOfItsUser() {
    String tenant = "slow" + node.tenant;
    String limits = "/v1/limits?tenant=" + tenant;
    HttpCalls operator = service.with("content-type", "application/json");
    byte[] slow = "{\"user.requests\":1,\"user.connects\":0}".getBytes();
    Reply set = operator.send("PATCH", limits, slow);
    assertEquals(set.json(), operator.get(limits).json());
    assertEquals(400, operator.send("PATCH", limits, "{\"x\":1}".getBytes()).status());
    assertEquals(400, operator.get("/v1/limits?tenant=a:b").status());
    HttpCalls full = node.as(HttpFixture.tokenOf("full", "ann", "publish:*"));
    assertEquals(422, full.publish(NEWS, "note", "1").status());
    HttpCalls ann = node.as(HttpFixture.tokenOf(tenant, "ann"));
    for (Operation operation : documenting("429")) {
      await(operation.id()).until(() -> ContractCalls.call(ann, operation).status() == 429);
    }
  }

  @Test
  void pagesOfAllowedOriginsMayUseItAndOthersGetNoSuchHeader() {
    Reply allowed = service.with("origin", HttpFixture.ORIGIN).get("/v1/nodes");
    Reply other = service.with("origin", "https://evil.example").get("/v1/nodes");
    HttpCalls page = node.as(null).with("origin", HttpFixture.ORIGIN);
    Reply preflight =
        page.with("access-control-request-method", "POST")
            .with("access-control-request-headers", "authorization, content-type")
            .unchecked("OPTIONS", "/v1/publish");

    assertEquals(HttpFixture.ORIGIN, allowed.header("access-control-allow-origin"));
    assertNull(other.header("access-control-allow-origin"));
    assertEquals(204, preflight.status());
    assertTrue(preflight.header("access-control-allow-methods").contains("POST"));
    assertTrue(preflight.header("access-control-allow-headers").contains("authorization"));
  }

  @Test
  void healthIsUpOrDown() {
    for (String check : new String[] {"live", "ready", "started"}) {
      assertEquals(200, service.get("/health/" + check).status());
      node.healthy = false;
      assertEquals(503, service.get("/health/" + check).status());
      node.healthy = true;
    }
  }

  @Test
  void aNodeThatTakesNobodyRefusesStreams() {
    node.accepting = false;
    Reply refused = node.user("ann").get("/v1/events");
    Reply browser = node.user("ann").with("accept", "text/event-stream").get("/v1/events");
    node.accepting = true;

    assertEquals(503, refused.status());
    assertTrue(refused.json().getBoolean("retryable"));
    assertEquals(200, browser.status());
    assertTrue(browser.body().startsWith("retry: "), browser.body());
    assertTrue(browser.body().contains("\"reconnects\":true"), browser.body());
  }

  private Set<Operation> documenting(String status) {
    Set<Operation> operations = new TreeSet<>((a, b) -> a.id().compareTo(b.id()));
    for (Operation operation : ContractCheck.OPERATIONS) {
      if (ContractCheck.responses(operation).containsKey(status)) {
        operations.add(operation);
      }
    }
    return operations;
  }

  /** As a WebSocket client would, but for the sub-protocol. */
  private Reply upgrade(String path) {
    String answer = RawHttp.send(node.port(), RawHttp.upgrade(path, ""));
    Reply reply = RawHttp.reply(answer);
    ContractCheck.check("GET", path, reply);
    Reply origin =
        RawHttp.reply(
            RawHttp.send(node.port(), RawHttp.upgrade(path, "Origin: https://evil.example\r\n")));
    ContractCheck.check("GET", path, origin);
    return reply;
  }
}
