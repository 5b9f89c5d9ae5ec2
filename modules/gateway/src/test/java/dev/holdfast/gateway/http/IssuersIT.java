package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.ForeignIssuer;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Issuers that an operator adds, changes and removes at one node, and what users find at both. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IssuersIT {
  private static final int UNAUTHORIZED = 4501;
  private static final int FORBIDDEN = 4502;
  private static final int REVOKED = 4504;

  private final String tenant = "t" + Ids.fresh();
  private HttpFixture here;
  private HttpFixture there;

  @BeforeAll
  void start(TestRedis redis) {
    here = new HttpFixture(redis.uri());
    there = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    here.close();
    there.close();
  }

  @Test
  void whoCameByARemovedIssuerIsClosedAtEachNodeAndOthersAreNot() {
    ForeignIssuer issuer = new ForeignIssuer();
    String token = issuer.token(tenant, "ann", "subscribe:topic:*");
    assertEquals(401, there.as(token).get("/v1/sessions").status());
    put(new JsonObject(issuer.settings()));
    awaitStatus(there, token, 200);
    ManualClient ann = welcomed(here, token);
    ManualClient bob = welcomed(there, issuer.token(tenant, "bob"));
    ManualClient own = welcomed(there, HttpFixture.tokenOf(tenant, "bob"));
    try (var stream = new EventReader(there, token, "topic:a", null)) {
      stream.await("live", "topic:a");

      remove(issuer);

      assertEquals("revoked", stream.await("close").getString("reason"));
    }
    assertEquals(REVOKED, ann.awaitClose().code());
    assertEquals(REVOKED, bob.awaitClose().code());
    assertEquals("unauthorized", there.as(token).get("/v1/sessions").code());
    ManualClient again = hello(there, token);
    assertEquals(UNAUTHORIZED, again.awaitClose().code());
    own.send("{\"type\":\"ping\"}");
    own.await("pong");
  }

  @Test
  void aTenantThatAnIssuerMayNoLongerNameIsCutAndItsOthersStay() {
    ForeignIssuer issuer = new ForeignIssuer();
    put(new JsonObject(issuer.settings()));
    String of = issuer.token("o" + tenant, "ann");
    String mine = issuer.token(tenant, "ann");
    awaitStatus(there, of, 200);
    ManualClient cut = welcomed(there, of);
    ManualClient stays = welcomed(there, mine);

    put(new JsonObject(issuer.settings()).put("tenants", new JsonArray().add(tenant)));

    assertEquals(REVOKED, cut.awaitClose().code());
    stays.send("{\"type\":\"ping\"}");
    stays.await("pong");
    awaitStatus(there, of, 403);
    awaitStatus(there, mine, 200);
  }

  /** A refresh is one to an issuer's own tokens only, and ends with the issuer. */
  @Test
  void whatWasRefreshedEndsWithItsIssuerToo() {
    ForeignIssuer issuer = new ForeignIssuer();
    put(new JsonObject(issuer.settings()));
    awaitStatus(there, issuer.token(tenant, "ann"), 200);
    ManualClient ann = welcomed(there, issuer.token(tenant, "ann"));
    ann.send("refresh", Map.of("id", "1", "token", issuer.token(tenant, "ann")));
    ann.await("reply");

    remove(issuer);

    assertEquals(REVOKED, ann.awaitClose().code());
  }

  /** A user whose phone was stolen stays at the desk. */
  @Test
  void allTokensOfALoginAreRevokedAtOnce() {
    ForeignIssuer issuer = new ForeignIssuer();
    JsonObject claims = new JsonObject().put("session", "sid");
    put(new JsonObject(issuer.settings()).put("claims", claims));
    String phone = issuer.tokenOfLogin(tenant, "ann", "phone");
    awaitStatus(there, phone, 200);
    ManualClient stolen = welcomed(there, phone);
    ManualClient desk = welcomed(there, issuer.tokenOfLogin(tenant, "ann", "desk"));

    HttpCalls revoker = here.as(HttpFixture.tokenOf(tenant, "svc", "service:s", "tokens:revoke"));
    assertEquals(200, revoker.post("/v1/revocations", "{\"token\":\"phone\"}").status());

    assertEquals(REVOKED, stolen.awaitClose().code());
    String later = issuer.tokenOfLogin(tenant, "ann", "phone");
    assertEquals("revoked", there.as(later).get("/v1/sessions").code());
    desk.send("{\"type\":\"ping\"}");
    desk.await("pong");
    awaitStatus(there, issuer.tokenOfLogin(tenant, "ann", "desk"), 200);
    remove(issuer);
  }

  /** Whoever can add issuers can't make itself an operator by one. */
  @Test
  void noAddedIssuerNamesOperators() {
    ForeignIssuer issuer = new ForeignIssuer();
    put(new JsonObject(issuer.settings()));

    Reply refused = here.as(issuer.token(here.tenant, "me", "nodes:read")).get("/v1/nodes");

    assertEquals("forbidden", refused.code());
    remove(issuer);
  }

  /** A service by its client's own token; of several tenants a request names one. */
  @Test
  void aServiceActsForTheTenantsOfItsToken() {
    String other = "o" + tenant;
    ForeignIssuer services = HttpFixture.SERVICES;
    String[] may = {"publish:topic:*", "history:topic:*"};
    HttpCalls robot = here.as(services.clientToken("robot-client", List.of(tenant, other), may));

    assertEquals("forbidden", robot.publish("topic:a", "note", "1").code());
    for (String one : List.of(tenant, other)) {
      HttpCalls at = robot.with("holdfast-tenant", one);
      assertEquals(200, at.publish("topic:a", "note", "\"" + one + "\"").status());
      String log = at.get("/v1/channels/topic:a/publications").body();
      assertTrue(log.contains("\"" + one + "\"") && log.contains("robot"), log);
    }
    for (String wrong : List.of("x" + tenant, "*", "", tenant + "," + other)) {
      HttpCalls at = robot.with("holdfast-tenant", wrong);
      assertEquals("forbidden", at.get("/v1/channels/topic:a/publications").code(), wrong);
    }
    HttpCalls one = here.as(services.clientToken("robot-client", List.of(tenant), may));
    assertEquals(200, one.get("/v1/channels/topic:a/publications").status());
    HttpCalls user = here.user("ann").with("holdfast-tenant", tenant);
    assertEquals("forbidden", user.get("/v1/sessions").code());
    String stranger = services.clientToken("other-client", List.of(tenant), may);
    assertEquals("forbidden", here.as(stranger).publish("topic:a", "note", "1").code());
  }

  /** A socket took it for the user by whose name the token goes; a stream of events did not. */
  @Test
  void aServiceConnectsAsNobody() {
    ForeignIssuer services = HttpFixture.SERVICES;
    String one = services.clientToken("robot-client", List.of(tenant));
    String several = services.clientToken("robot-client", List.of(tenant, "o" + tenant));
    String own = HttpFixture.tokenOf(tenant, "svc", "service:desk");
    for (String token : List.of(one, several, own)) {
      ManualClient.Close closed = hello(here, token).awaitClose();
      assertEquals(FORBIDDEN, closed.code());
      assertEquals("forbidden: of a service; a connection takes a user's", closed.reason());
      Reply stream = here.as(token).get("/v1/events");
      assertEquals("forbidden", stream.code(), stream.body());
      assertTrue(stream.body().contains("of a service; a connection"), stream.body());
    }
  }

  @Test
  void aUsersConnectionDoesNotBecomeAServices() {
    ForeignIssuer services = HttpFixture.SERVICES;
    ManualClient robot = welcomed(here, services.token(tenant, "robot-client"));
    String service = services.clientToken("robot-client", List.of(tenant));
    robot.send("refresh", Map.of("id", "1", "token", service));
    assertEquals("forbidden", robot.awaitAnswer("1").path("code").asText());
    robot.send("refresh", Map.of("id", "2", "token", services.token(tenant, "robot-client")));
    assertEquals("reply", robot.awaitAnswer("2").path("type").asText());
  }

  private void put(JsonObject settings) {
    HttpCalls operator = here.service().with("content-type", "application/json");
    Reply reply = operator.send("PUT", "/v1/issuers", settings.encode().getBytes());
    assertEquals(200, reply.status(), reply.body());
    assertTrue(
        here.service().get("/v1/issuers?limit=1000").body().contains(settings.getString("issuer")));
  }

  private void remove(ForeignIssuer issuer) {
    assertEquals(200, here.service().delete("/v1/issuers?issuer=" + issuer.name).status());
  }

  private static void awaitStatus(HttpFixture node, String token, int status) {
    await().until(() -> node.as(token).get("/v1/sessions").status() == status);
  }

  private static ManualClient welcomed(HttpFixture node, String token) {
    ManualClient client = hello(node, token);
    client.await("welcome");
    return client;
  }

  private static ManualClient hello(HttpFixture node, String token) {
    URI uri = URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect");
    ManualClient client = node.clients.manual(uri);
    GatewayFixture.sayHello(client, token, Map.of());
    return client;
  }
}
