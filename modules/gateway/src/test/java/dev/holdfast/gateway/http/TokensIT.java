package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that are not to be trusted, at both places where HTTP takes them. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokensIT {
  private static final String TENANT = "tokens";

  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  static Stream<Arguments> bad() {
    long now = System.currentTimeMillis() / 1000;
    String good = HttpFixture.tokenOf(TENANT, "ann");
    JsonObject claims = claims(now + 60);
    return Stream.of(
        Arguments.of("garbage", "garbage", 401),
        Arguments.of("three dots", "...", 401),
        Arguments.of("not base64", "a.b.c", 401),
        Arguments.of("16 KiB", "a".repeat(16 * 1024 + 1), 401),
        Arguments.of("cut off", good.substring(0, good.length() - 4), 401),
        Arguments.of("of another payload", forged(good), 401),
        Arguments.of("expired", signed(claims(now - 1)), 401),
        Arguments.of("without exp", signed(without(claims, "exp")), 401),
        Arguments.of("exp a text", signed(claims.copy().put("exp", "never")), 401),
        Arguments.of("not yet valid", signed(claims.copy().put("nbf", now + 60)), 401),
        Arguments.of("of another issuer", signed(claims.copy().put("iss", "https://x")), 401),
        Arguments.of("without issuer", signed(without(claims, "iss")), 401),
        Arguments.of("for another audience", signed(claims.copy().put("aud", "x")), 401),
        Arguments.of("without audience", signed(without(claims, "aud")), 401),
        Arguments.of("alg none", token(header("none"), claims, ""), 401),
        Arguments.of("alg nOnE", token(header("nOnE"), claims, ""), 401),
        Arguments.of("alg RS256 by our secret", signed(header("RS256"), claims), 401),
        Arguments.of("alg HS512", signed(header("HS512"), claims), 401),
        Arguments.of("another secret", other(), 401),
        Arguments.of("no tenant", signed(without(claims, "app_metadata")), 403),
        Arguments.of("two tenants", signed(tenant(claims, new JsonArray(List.of("a", "b")))), 403),
        Arguments.of("a tenant with a brace", signed(tenant(claims, "a}b")), 403),
        Arguments.of("a tenant that is a number", signed(tenant(claims, 7)), 403),
        Arguments.of("no user", signed(without(claims, "sub")), 403),
        Arguments.of("a user with a blank", signed(claims.copy().put("sub", "a b")), 403));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void isRefused(String name, String token, int status) {
    Reply byHeader = node.as(token).get("/v1/sessions");
    Reply stream = node.as(token).get("/v1/events");

    assertEquals(status, byHeader.status(), byHeader.body());
    assertEquals(status, stream.status(), stream.body());
    String shown = token.substring(0, Math.min(20, token.length()));
    assertFalse(shown.length() > 8 && byHeader.body().contains(shown), byHeader.body());
    if (token.length() < 16_000) {
      assertEquals(status, node.as(null).get("/v1/events?access_token=" + token).status());
    }
  }

  @org.junit.jupiter.api.Test
  void aTokenOf100KilobytesIsRefusedUnread() {
    String request =
        "GET /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted("a".repeat(100_000));

    assertEquals(431, RawHttp.reply(RawHttp.send(node.port(), request)).status());
  }

  @org.junit.jupiter.api.Test
  void anotherSchemeOrTwoTokensAreNone() {
    String good = node.token("ann");
    for (String headers :
        List.of(
            "Authorization: Basic " + good,
            "Authorization: " + good,
            "Authorization: Bearer",
            "Authorization: Bearer " + good + "\r\nAuthorization: Bearer " + good)) {
      String request = "GET /v1/sessions HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n";
      assertEquals(401, RawHttp.reply(RawHttp.send(node.port(), request)).status(), headers);
    }
    assertEquals(401, node.as(null).get("/v1/sessions?access_token=" + good).status());
    String twice = "/v1/events?access_token=%s&access_token=%s".formatted(good, good);
    assertEquals(401, node.as(null).get(twice).status());
  }

  private static JsonObject claims(long exp) {
    return new JsonObject()
        .put("sub", "ann")
        .put("iss", HttpFixture.AUTH.issuer())
        .put("aud", "holdfast")
        .put("exp", exp)
        .put("app_metadata", new JsonObject().put("tenant_id", TENANT));
  }

  private static JsonObject without(JsonObject claims, String name) {
    JsonObject fewer = claims.copy();
    fewer.remove(name);
    return fewer;
  }

  private static JsonObject tenant(JsonObject claims, Object tenant) {
    return claims.copy().put("app_metadata", new JsonObject().put("tenant_id", tenant));
  }

  private static String header(String algorithm) {
    return new JsonObject().put("typ", "JWT").put("alg", algorithm).encode();
  }

  private static String signed(JsonObject claims) {
    return signed(header("HS256"), claims);
  }

  /** By HMAC-SHA256 with the node's secret, whatever the header says. */
  private static String signed(String header, JsonObject claims) {
    String text = base64(header) + "." + base64(claims.encode());
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(HttpFixture.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signature = mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
      return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String token(String header, JsonObject claims, String signature) {
    return base64(header) + "." + base64(claims.encode()) + "." + signature;
  }

  private static String forged(String good) {
    String[] parts = good.split("\\.");
    JsonObject claims = claims(System.currentTimeMillis() / 1000 + 60).put("sub", "root");
    return parts[0] + "." + base64(claims.encode()) + "." + parts[2];
  }

  private static String other() {
    var caller = new Caller.User(TENANT, "ann", Set.of(), Set.of());
    AuthConfig config = HttpFixture.AUTH;
    return new TokenSigner("another-secret-of-quite-enough-bytes", config)
        .sign(caller, Duration.ofMinutes(1));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
