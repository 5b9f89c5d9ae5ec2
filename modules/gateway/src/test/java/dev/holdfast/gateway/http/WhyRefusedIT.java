package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A refusal says why, as far as it is the caller's own token. Once every one said "The token is
 * missing or not valid.", and a newcomer had nothing to go by.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhyRefusedIT {
  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private static JsonObject claims() {
    return new JsonObject()
        .put("sub", "ann")
        .put("iss", "https://issuer.example")
        .put("aud", "holdfast")
        .put("exp", Instant.now().getEpochSecond() + 60)
        .put("app_metadata", new JsonObject().put("tenant_id", "acme"));
  }

  static Stream<Arguments> tokens() {
    long past = 1_700_000_000L;
    JsonObject bare = new JsonObject().put("permissions", new JsonArray());
    return Stream.of(
        Arguments.of("token: missing", null, 401),
        Arguments.of("token: malformed: not a JWT of three parts", "nonsense", 401),
        Arguments.of(
            "token: signature: made by no key that is trusted here",
            signed(claims(), "another secret of enough bytes, is it"),
            401),
        Arguments.of(
            "token: expired since 2023-11-14T22:13:20Z", signed(claims().put("exp", past)), 401),
        Arguments.of(
            "token: not valid before 2100-01-01T00:00:00Z",
            signed(claims().put("nbf", 4_102_444_800L)),
            401),
        Arguments.of(
            "token: issuer 'https://else.example' is not trusted here",
            signed(claims().put("iss", "https://else.example")),
            401),
        Arguments.of(
            "token: audience [\"a\",\"b\"] is not taken here",
            signed(claims().put("aud", new JsonArray().add("a").add("b"))),
            401),
        Arguments.of(
            "token: tenant missing: no claim app_metadata.tenant_id",
            signed(claims().put("app_metadata", bare)),
            403));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokens")
  void whyATokenIsNotTakenIsSaidByHttpAndByTheClose(String why, String token, int status)
      throws Exception {
    Reply reply = node.as(token).get("/v1/sessions");
    assertEquals(status, reply.status());
    assertEquals(why, reply.json().getString("detail"));

    URI uri = URI.create(node.uri("/v1/connect").toString().replace("http:", "ws:"));
    ManualClient client = node.clients.manual(uri);
    Map<String, Object> hello = new HashMap<>();
    hello.put("client", Map.of("name", "test", "version", "1"));
    if (token != null) {
      hello.put("token", token);
    }
    client.send("hello", hello);
    String reason = client.awaitClose().reason();
    String name = status == 401 ? "unauthorized: " : "forbidden: ";
    assertEquals(name + why.substring("token: ".length()), reason);
  }

  @Test
  void aReasonFitsIntoACloseFrame() {
    String issuer = "https://" + "é".repeat(500) + ".example";
    URI uri = URI.create(node.uri("/v1/connect").toString().replace("http:", "ws:"));
    ManualClient client = node.clients.manual(uri);
    client.send(
        "hello",
        Map.of(
            "token",
            signed(claims().put("iss", issuer)),
            "client",
            Map.of("name", "test", "version", "1")));
    ManualClient.Close close = client.awaitClose();
    assertEquals(4501, close.code());
    assertTrue(close.reason().startsWith("unauthorized: issuer 'https://é"), close.reason());
    assertTrue(close.reason().getBytes(StandardCharsets.UTF_8).length <= 123);
  }

  @Test
  void aPermissionThatIsMissingIsNamed() {
    HttpCalls ann = node.user("ann", "subscribe:topic:a");
    assertEquals("needs publish:topic:n", detail(ann.publish("topic:n", "note", "1")));
    assertEquals("needs subscribe:run:7", detail(ann.get("/v1/channels/run:7")));
    HttpCalls service = node.user("x", "service:narrow", "publish:topic:a");
    assertEquals("needs publish:user:bob", detail(service.publish("user:bob", "note", "1")));
    assertEquals("needs sessions:read", detail(service.get("/v1/sessions")));
  }

  /** What is another's, and what never was, answer with the same words. */
  @Test
  void nothingOfOthersIsRevealed() {
    HttpCalls ann = node.user("ann", "publish:*", "subscribe:*");
    node.service().publish("user:bob", "note", "1");
    String there = detail(ann.get("/v1/channels/user:bob"));
    assertEquals(there, detail(ann.get("/v1/channels/user:never")));
    assertEquals("no permission opens private channels of others", there);
    assertFalse(
        detail(node.as(signed(claims().put("iss", "x"))).get("/v1/sessions"))
            .contains("issuer.example"));
  }

  private static String detail(Reply reply) {
    assertTrue(reply.status() == 403 || reply.status() == 401, "" + reply);
    return reply.json().getString("detail");
  }

  private static String signed(JsonObject claims) {
    return signed(claims, HttpFixture.SECRET);
  }

  private static String signed(JsonObject claims, String secret) {
    String input = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + base64(claims.encode());
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signature = mac.doFinal(input.getBytes(StandardCharsets.UTF_8));
      return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
