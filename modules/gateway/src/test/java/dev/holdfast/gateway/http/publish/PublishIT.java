package dev.holdfast.gateway.http.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.http.HttpMessageFactory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Publishing over HTTP, and reading it back. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishIT {
  private String redis;
  private HttpFixture node;
  private HttpCalls service;
  private String channel;

  @BeforeAll
  void start(TestRedis testRedis) {
    redis = testRedis.uri();
    node = new HttpFixture(redis);
    service = node.service();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @BeforeEach
  void freshChannel() {
    channel = "topic:" + Ids.fresh();
  }

  @Test
  void manyAreStoredInTheirOrderAndEachIsAnswered() {
    JsonArray publications = new JsonArray();
    for (int n = 1; n <= 100; n++) {
      publications.add(publication(n % 2 == 0 ? channel : channel + "-odd", n));
    }
    Reply reply = publish(publications);

    JsonArray results = reply.json().getJsonArray("results");
    assertEquals(100, results.size());
    for (int n = 1; n <= 100; n++) {
      JsonObject result = results.getJsonObject(n - 1);
      assertEquals("stored", result.getString("outcome"));
      assertEquals((n + 1) / 2, result.getJsonObject("position").getInteger("seq"));
    }
    JsonArray read = history(channel);
    for (int i = 0; i < 50; i++) {
      assertEquals(2 * i + 2, read.getJsonObject(i).getInteger("data"));
    }
    assertEquals("tests", read.getJsonObject(0).getJsonObject("from").getString("service"));
  }

  @Test
  void withoutAKeyItIsStoredEachTime() {
    service.publish(channel, "note", "1");
    service.publish(channel, "note", "1");

    assertEquals(2, history(channel).size());
  }

  @Test
  void withTheRequestsKeyItIsStoredOnce() {
    HttpCalls keyed = service.with("idempotency-key", "order-17");
    JsonArray two = new JsonArray().add(publication(channel, 1)).add(publication(channel, 2));
    Reply first = keyed.post("/v1/publish", body(two));
    Reply again = keyed.post("/v1/publish", body(two));

    assertEquals(2, history(channel).size());
    for (int i = 0; i < 2; i++) {
      JsonObject stored = result(first, i);
      JsonObject repeated = result(again, i);
      assertEquals("stored", stored.getString("outcome"));
      assertEquals("duplicate", repeated.getString("outcome"));
      assertEquals(stored.getValue("position"), repeated.getValue("position"));
    }
  }

  @Test
  void aKeyIsOfItsChannelAndItsCaller() {
    JsonObject keyed = publication(channel, 1).put("idempotencyKey", "k");
    JsonObject elsewhere = publication(channel + "-2", 1).put("idempotencyKey", "k");
    Reply mine = publish(new JsonArray().add(keyed).add(elsewhere));
    HttpCalls ann = node.user("ann", "publish:topic:*");
    Reply hers = ann.post("/v1/publish", body(new JsonArray().add(keyed)));

    assertEquals("stored", result(mine, 0).getString("outcome"));
    assertEquals("stored", result(mine, 1).getString("outcome"));
    assertEquals("stored", result(hers, 0).getString("outcome"));
  }

  /** Two minutes are not waited for, but taken from the times that the keys are kept with. */
  @Test
  void aKeyIsForgottenAfterTwoMinutes() {
    HttpCalls keyed = service.with("idempotency-key", "k");
    keyed.publish(channel, "note", "1");
    RedisLink link =
        HttpFixture.get(RedisLink.open(node.vertx, RedisConfig.of(redis), "t", node.registry));
    String times = "hf:idet:{" + node.tenant + "/" + channel + "}";
    String age =
        "return redis.call('ZINCRBY', KEYS[1], -120001, redis.call('ZRANGE', KEYS[1], 0, 0)[1])";
    HttpFixture.get(link.send("EVAL", age, 1, times));

    assertEquals("stored", result(keyed.publish(channel, "note", "2"), 0).getString("outcome"));
    assertEquals("conflict", keyed.publish(channel, "note", "1").code());
    assertEquals(1, HttpFixture.get(link.send("ZCARD", times)).asLong());
    assertEquals(1, HttpFixture.get(link.send("HLEN", times.replace("idet", "idem"))).asLong());
    assertTrue(HttpFixture.get(link.send("PTTL", times)).asLong() > 100_000);
  }

  @Test
  void oneThatIsRefusedKeepsNobodyElseFromBeingStored() {
    JsonObject keyed = publication(channel, 1).put("idempotencyKey", "k");
    publish(new JsonArray().add(keyed));
    Reply mixed =
        publish(new JsonArray().add(keyed.copy().put("data", 2)).add(publication(channel, 3)));

    assertEquals("refused", result(mixed, 0).getString("outcome"));
    assertEquals("conflict", result(mixed, 0).getJsonObject("error").getString("code"));
    assertEquals("stored", result(mixed, 1).getString("outcome"));
  }

  @Test
  void aMalformedOneRefusesTheWholeRequest() {
    Reply reply = publish(new JsonArray().add(publication(channel, 1)).add(publication("x", 2)));

    assertEquals(400, reply.status());
    assertTrue(reply.body().contains("publications[1]"), reply.body());
    assertEquals(0, history(channel).size());
  }

  @Test
  void aVolatileOneIsSentAndNotStored() {
    Reply reply = publish(new JsonArray().add(publication(channel, 1).put("class", "volatile")));

    assertEquals("sent", result(reply, 0).getString("outcome"));
    assertNull(result(reply, 0).getValue("position"));
    assertEquals(0, history(channel).size());
  }

  @Test
  void dataComesBackAsItWasWritten() {
    String data = "{\"big\":12345678901234567890,\"exact\":1.10,\"far\":1e400,\"t\":\"ü\\u0000\"}";
    service.publish(channel, "note", data);

    String history = service.get("/v1/channels/" + channel + "/publications").body();
    assertTrue(history.contains("\"data\":" + data), history);
  }

  @Test
  void historyGoesOnWhereItsPageEnded() {
    for (int n = 1; n <= 5; n++) {
      service.publish(channel, "note", "" + n);
    }
    String path = "/v1/channels/" + channel + "/publications?limit=2";
    JsonObject page = service.get(path).json();
    JsonObject second = service.get(path + "&after=" + page.getString("next")).json();
    String end = service.get(path + "&after=" + second.getString("next")).json().getString("next");
    JsonObject none = service.get(path + "&after=" + end).json();

    assertEquals(3, second.getJsonArray("publications").getJsonObject(0).getInteger("data"));
    assertEquals(end, none.getString("next"));
    assertTrue(none.getJsonArray("publications").isEmpty());
    assertFalse(none.containsKey("gap"));
  }

  @Test
  void aUserPublishesAndReadsWhatItsPermissionsSay() {
    HttpCalls ann = node.user("ann", "publish:" + channel, "subscribe:" + channel);

    assertEquals(200, ann.publish(channel, "note", "1").status());
    assertEquals("ann", fromUser(ann));
    assertEquals("forbidden", ann.publish("topic:other", "note", "1").code());
    assertEquals("forbidden", ann.publish("user:bob", "note", "1").code());
    assertEquals("forbidden", ann.get("/v1/channels/user:bob").code());
    assertEquals("forbidden", ann.get("/v1/channels/system:sessions").code());
    assertEquals(200, ann.get("/v1/channels/user:ann").status());
  }

  private String fromUser(HttpCalls calls) {
    String body = calls.get("/v1/channels/" + channel + "/publications").body();
    JsonObject publication = new JsonObject(body).getJsonArray("publications").getJsonObject(0);
    return publication.getJsonObject("from").getString("user");
  }

  @Test
  void aServiceDoesWhatItsPermissionsSayAndNothingElse() {
    HttpCalls narrow = node.user("x", "service:narrow", "publish:" + channel, "history:topic:h");

    assertEquals(200, narrow.publish(channel, "note", "1").status());
    assertEquals("forbidden", narrow.publish("topic:other", "note", "1").code());
    assertEquals("forbidden", narrow.get("/v1/channels/" + channel).code());
    assertEquals(200, narrow.get("/v1/channels/topic:h").status());
    assertEquals(
        "forbidden", node.user("x", "service:a", "service:b", "*").get("/v1/nodes").code());
    assertEquals("forbidden", node.user("x", "service:", "*").get("/v1/nodes").code());
  }

  @Test
  void anotherTenantsChannelIsEmptyAndItsSessionsAreNot() {
    service.publish(channel, "note", "1");
    String session = service.post("/v1/sessions", "{\"user\":\"ann\"}").json().getString("session");
    HttpCalls stranger = node.as(HttpFixture.tokenOf("other", "svc", HttpFixture.ALL));

    Reply foreign = stranger.get("/v1/sessions/" + session);
    Reply never = stranger.get("/v1/sessions/" + Ids.fresh());
    assertEquals(never.body(), foreign.body());
    assertEquals(never.status(), foreign.status());
    assertEquals(204, stranger.delete("/v1/sessions/" + session).status());
    assertEquals(200, service.get("/v1/sessions/" + session).status());
    assertEquals(
        stranger.get("/v1/channels/" + channel + "/publications").body(),
        stranger.get("/v1/channels/topic:never/publications").body());
  }

  @Test
  void cloudEventsAreTakenInEveryMode() {
    for (String mode : List.of("structured", "binary", "batch")) {
      CloudEvent event = event(mode);
      assertEquals("stored", result(send(event, mode), 0).getString("outcome"), mode);
      assertEquals("duplicate", result(send(event, mode), 0).getString("outcome"), mode);
    }
    JsonArray read = history(channel);
    assertEquals(3, read.size());
    for (int i = 0; i < 3; i++) {
      assertEquals("org.example.note", read.getJsonObject(i).getString("event"));
      assertEquals(7, read.getJsonObject(i).getJsonObject("data").getInteger("n"));
    }
  }

  @Test
  void aCloudEventNamesItsChannelByExtensionOrSubject() {
    CloudEvent event = CloudEventBuilder.v1(event("1")).withSubject("not a channel").build();
    assertEquals(200, send(event, "structured").status());
    CloudEvent bySubject =
        CloudEventBuilder.v1(event("2")).withoutExtension("channel").withSubject(channel).build();
    assertEquals(200, send(bySubject, "structured").status());
    CloudEvent neither = CloudEventBuilder.v1(event("3")).withoutExtension("channel").build();
    assertEquals("bad_request", send(neither, "binary").code());
  }

  private CloudEvent event(String id) {
    return CloudEventBuilder.v1()
        .withId(id)
        .withSource(URI.create("/tests"))
        .withType("org.example.note")
        .withExtension("channel", channel)
        .withDataContentType("application/json")
        .withData("{\"n\":7}".getBytes())
        .build();
  }

  /** As the CloudEvents library writes it. */
  private Reply send(CloudEvent event, String mode) {
    if (mode.equals("batch")) {
      byte[] one =
          io.cloudevents.core.provider.EventFormatProvider.getInstance()
              .resolveFormat("application/cloudevents+json")
              .serialize(event);
      return service
          .with("content-type", "application/cloudevents-batch+json")
          .call("POST", "/v1/publish", BodyPublishers.ofString("[" + new String(one) + "]"));
    }
    Map<String, String> headers = new HashMap<>();
    byte[][] body = new byte[1][];
    var writer = HttpMessageFactory.createWriter(headers::put, bytes -> body[0] = bytes);
    if (mode.equals("binary")) {
      writer.writeBinary(event);
    } else {
      writer.writeStructured(event, "application/cloudevents+json");
    }
    HttpCalls calls = service;
    for (var header : headers.entrySet()) {
      calls = calls.with(header.getKey(), header.getValue());
    }
    return calls.send("POST", "/v1/publish", body[0]);
  }

  private JsonObject publication(int n) {
    return publication(channel, n);
  }

  private static JsonObject publication(String channel, int n) {
    return new JsonObject().put("channel", channel).put("event", "note").put("data", n);
  }

  private static String body(JsonArray publications) {
    return new JsonObject().put("publications", publications).encode();
  }

  private Reply publish(JsonArray publications) {
    return service.post("/v1/publish", body(publications));
  }

  private static JsonObject result(Reply reply, int index) {
    return reply.json().getJsonArray("results").getJsonObject(index);
  }

  private JsonArray history(String name) {
    return service
        .get("/v1/channels/" + name + "/publications")
        .json()
        .getJsonArray("publications");
  }
}
