package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Requests of users to internal services. */
@ExtendWith(RedisExtension.class)
class RequestIT {
  private GatewayFixture node;
  private Welcomed ann;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
    var served = node.bus.serve(ServiceRequest.address("billing"), this::bill);
    GatewayFixture.get(served.completion());
    ann = node.hello("ann", "request:billing", "request:nobody");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Future<ServiceReply> bill(ServiceRequest request) {
    return switch (request.method()) {
      case "echo" ->
          Future.succeededFuture(
              new ServiceReply(
                  "{\"of\":\"%s\",\"data\":%s}".formatted(request.session(), request.data())));
      case "broken" -> Future.succeededFuture(new ServiceReply("} not json"));
      case "never" -> Future.future(promise -> {});
      default ->
          Future.failedFuture(
              HoldfastException.withPublicMessage(ErrorCode.CONFLICT, "paid already: 7"));
    };
  }

  @Test
  void theServicesAnswerComesBack() {
    ObjectNode reply = request("billing", "echo", 10_000);

    assertEquals("x", reply.get("data").get("data").get("a").asText());
    assertEquals(ann.session(), reply.get("data").get("of").asText());
  }

  @Test
  void theServicesOwnRefusalComesBackByName() {
    ObjectNode error = request("billing", "pay", 10_000);

    assertEquals("conflict", error.get("code").asText());
    assertEquals("paid already: 7", error.get("message").asText());
  }

  @Test
  void anAnswerThatIsNotJsonDoesNotBreakTheConnection() {
    assertEquals("internal", request("billing", "broken", 10_000).get("code").asText());
    assertEquals("reply", request("billing", "echo", 10_000).get("type").asText());
  }

  @Test
  void aServiceThatIsNotThereOrNotPermittedIsNamed() {
    assertEquals("no_service", request("nobody", "echo", 10_000).get("code").asText());
    assertEquals("forbidden", request("other", "echo", 10_000).get("code").asText());
  }

  @Test
  void aServiceThatDoesNotAnswerIsATimeout() {
    ObjectNode error = request("billing", "never", 100);

    assertEquals("timeout", error.get("code").asText());
    assertTrue(error.get("retryable").asBoolean());
  }

  @Test
  void onlySoManyMayBeUnanswered() {
    for (int i = 0; i <= 64; i++) {
      send("r" + i, "billing", "never", 60_000);
    }
    ObjectNode refused = ann.client().awaitAnswer("r64");

    assertEquals("rate_limited", refused.get("code").asText());
    assertEquals(1_000, refused.path("retryAfter").asInt(), "no word of when to come again");
  }

  private ObjectNode request(String service, String method, int timeout) {
    String id = service + "." + method;
    send(id, service, method, timeout);
    return ann.client().awaitAnswer(id);
  }

  private void send(String id, String service, String method, int timeout) {
    Map<String, Object> members =
        Map.of(
            "id",
            id,
            "service",
            service,
            "method",
            method,
            "timeout",
            timeout,
            "data",
            Map.of("a", "x"));
    ann.client().send("request", members);
  }
}
