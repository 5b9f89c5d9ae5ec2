package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpCalls.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Each answer of the operations on issuers, once. */
final class IssuerAnswers {
  private static final String PATH = "/v1/issuers";

  private IssuerAnswers() {}

  /**
   * @param name of an issuer that nobody else uses
   */
  static void check(HttpCalls service, String name) {
    HttpCalls typed = service.with("content-type", "application/json");
    String good = "{\"issuer\":\"" + name + "\",\"jwks\":\"" + name + "/keys\"}";
    Reply added = typed.send("PUT", PATH, good.getBytes());
    assertEquals(200, added.status(), added.body());
    assertEquals(added.body(), typed.send("PUT", PATH, good.getBytes()).body());
    assertTrue(service.get(PATH + "?limit=1000").body().contains(name));
    for (String wrong :
        List.of(
            "",
            "{}",
            "[]",
            good.replace("https:", "http:"),
            good.replace("jwks", "jwk"),
            "{\"issuer\":\""
                + name
                + "\",\"keys\":[{\"algorithm\":\"HS256\",\"secret\":\""
                + HttpFixture.SECRET
                + "\"}]}")) {
      Reply refused = typed.send("PUT", PATH, wrong.getBytes());
      assertEquals(400, refused.status(), wrong);
      assertFalse(refused.body().contains(HttpFixture.SECRET));
    }
    String own = good.replace(name, "https://issuer.example");
    assertEquals(409, typed.send("PUT", PATH, own.getBytes()).status());
    assertEquals(409, service.delete(PATH + "?issuer=https://issuer.example").status());
    assertEquals(400, service.delete(PATH).status());
    assertEquals(400, service.delete(PATH + "?issuer=%23").status());
    assertEquals(400, service.get(PATH + "?limit=0").status());
    assertEquals(200, service.delete(PATH + "?issuer=" + name).status());
    assertEquals(200, service.delete(PATH + "?issuer=" + name).status());
    assertFalse(service.get(PATH + "?limit=1000").body().contains(name));
    ContractCheck.seen("putIssuer", "422"); // by FollowedIssuersIT
  }

  /** Credentials for a service of a configured issuer, and for nobody else. */
  static void checkCredentials(HttpFixture node) {
    String robot = HttpFixture.SERVICES.clientToken("robot-client", List.of("a", "b"));
    JsonObject given = node.as(robot).post("/v1/credentials", "").json();
    assertEquals("line for robot", given.getString("credentials"));
    assertEquals(new JsonArray().add("a").add("b"), given.getJsonArray("tenants"));
    assertEquals("forbidden", node.service().post("/v1/credentials", "").code());
  }
}
