package dev.holdfast.gateway.http.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Publications over HTTP that their caller numbers: once, and in order, over any connections. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NumberedPublishIT {
  private HttpFixture node;
  private HttpCalls service;
  private String channel;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
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

  /**
   * Without numbers, what is not awaited is stored in the order in which connections are served.
   */
  @Repeatedly
  void aThousandThatAreNotAwaitedAreStoredInOrderOverTwentyConnections() throws Exception {
    ExecutorService connections = Executors.newFixedThreadPool(20);
    AtomicInteger again = new AtomicInteger();
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int n = 1; n <= 1_000; n++) {
        int number = n;
        all.add(connections.submit(() -> publishUntilStored(number, again)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      connections.shutdownNow();
    }
    JsonArray stored = history(1_000);
    assertEquals(1_000, stored.size());
    for (int i = 0; i < 1_000; i++) {
      assertEquals(i + 1, stored.getJsonObject(i).getInteger("data"));
    }
    assertTrue(again.get() < 100, "sent again: " + again);
  }

  private void publishUntilStored(int n, AtomicInteger again) {
    while (publish(service, numbered("p", n)).status() != 200) {
      again.incrementAndGet();
    }
  }

  @Test
  void aNumberIsStoredOnceAndTheRefusalOfOneTooFarAheadNamesTheExpectedOne() {
    Reply first = publish(service, numbered("p", 1));
    Reply repeated = publish(service, numbered("p", 1));
    Reply early = publish(service, numbered("p", 3));

    assertEquals("stored", result(first).getString("outcome"));
    assertEquals("duplicate", result(repeated).getString("outcome"));
    assertEquals(result(first).getValue("position"), result(repeated).getValue("position"));
    assertEquals(409, early.status());
    assertEquals("out_of_sequence", early.code());
    assertEquals(2, early.json().getInteger("expected"));
    assertEquals(1, history(10).size());
  }

  @Test
  void oneThatComesTooEarlyIsStoredWhenTheOneBeforeItHasCome() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<Reply> early = other.submit(() -> publish(service, numbered("p", 2)));
      publishUntilStored(1, new AtomicInteger());
      while (early.get().status() == 409) { // the machine was slower than a second
        early = other.submit(() -> publish(service, numbered("p", 2)));
      }
      assertEquals(200, early.get().status());
    } finally {
      other.shutdownNow();
    }
    assertEquals(1, history(10).getJsonObject(0).getInteger("data"));
    assertEquals(2, history(10).getJsonObject(1).getInteger("data"));
  }

  /** Or one caller could use up another's numbers, and have its publications taken for repeated. */
  @Test
  void nobodyCanTakeOverThePublisherOfAnother() {
    HttpCalls ann = node.user("ann", "publish:topic:*");
    HttpCalls bob = node.user("bob", "publish:topic:*");
    HttpCalls other = node.user("x", "service:other", "publish:topic:*");
    for (HttpCalls caller : List.of(service, ann, bob, other)) {
      assertEquals("stored", result(publish(caller, numbered("p", 1))).getString("outcome"));
      assertEquals("stored", result(publish(caller, numbered("p", 2))).getString("outcome"));
    }
    assertEquals(8, history(10).size());
    String session = service.post("/v1/sessions", "{\"user\":\"ann\"}").json().getString("session");
    assertEquals(200, publish(ann, numbered("s-" + session, 1)).status());
  }

  @Test
  void publicationsOfSeveralKindsKeepTheirOrderInOneRequest() {
    JsonArray mixed =
        new JsonArray()
            .add(numbered("p", 1))
            .add(numbered("p", 2))
            .add(numbered(null, 3))
            .add(numbered("q", 1).put("data", 4))
            .add(numbered("p", 3).put("data", 5))
            .add(numbered("p", 9).put("data", 6));
    Reply reply = service.post("/v1/publish", new JsonObject().put("publications", mixed).encode());

    JsonArray results = reply.json().getJsonArray("results");
    for (int i = 0; i < 5; i++) {
      assertEquals("stored", results.getJsonObject(i).getString("outcome"), "" + results);
      assertEquals(i + 1, history(10).getJsonObject(i).getInteger("data"));
    }
    JsonObject error = results.getJsonObject(5).getJsonObject("error");
    assertEquals("out_of_sequence", error.getString("code"));
    assertEquals(4, error.getInteger("expected"));
  }

  @Test
  void aNumberIsRefusedByNameWhereItCanNotBe() {
    refused("both or neither", numbered("p", 1).putNull("n"));
    refused("both or neither", numbered(null, 1).put("n", 1));
    refused("n: 1 to", numbered("p", 1).put("n", 0));
    refused("n", numbered("p", 1).put("n", 9007199254740992L));
    refused("n", numbered("p", 1).put("n", "1"));
    refused("n", numbered("p", 1).put("n", 1.5));
    refused("publisher", numbered("a b", 1));
    refused("one of them", numbered("p", 1).put("idempotencyKey", "k"));
    refused("volatile", numbered("p", 1).put("class", "volatile"));
    assertEquals(0, history(10).size());
  }

  private void refused(String why, JsonObject publication) {
    Reply reply = publish(service, publication);
    assertEquals(400, reply.status(), reply.body());
    assertTrue(reply.json().getString("detail").contains(why), reply.body());
  }

  private JsonObject numbered(String publisher, int n) {
    JsonObject one = new JsonObject().put("channel", channel).put("event", "note").put("data", n);
    return publisher == null ? one : one.put("publisher", publisher).put("n", n);
  }

  private static Reply publish(HttpCalls caller, JsonObject publication) {
    JsonArray one = new JsonArray().add(publication);
    return caller.post("/v1/publish", new JsonObject().put("publications", one).encode());
  }

  private static JsonObject result(Reply reply) {
    return reply.json().getJsonArray("results").getJsonObject(0);
  }

  private JsonArray history(int limit) {
    return service
        .get("/v1/channels/" + channel + "/publications?limit=" + limit)
        .json()
        .getJsonArray("publications");
  }
}
