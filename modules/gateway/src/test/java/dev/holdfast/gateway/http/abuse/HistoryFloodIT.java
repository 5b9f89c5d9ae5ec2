package dev.holdfast.gateway.http.abuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Four readers of one large log stopped all tenants' publishing: their answers of 16 MB each were
 * on the one link to Redis, which broke of them.
 */
@ExtendWith(RedisExtension.class)
class HistoryFloodIT {
  private static final int READERS = 16;
  private static final int PUBLICATIONS = 60;
  private static final int LARGEST = 400 << 10;
  private static final String LOG = "topic:large";

  private final ExecutorService threads = Executors.newFixedThreadPool(READERS);
  private final AtomicInteger pages = new AtomicInteger();
  private HttpFixture node;
  private volatile boolean over;

  @BeforeEach
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    over = true;
    threads.shutdownNow();
    node.close();
  }

  @Test
  void whoReadsAllOfALargeLogAgainAndAgainKeepsNobodyFromPublishing() {
    HttpCalls greedy = node.service();
    String data = new JsonArray().add("x".repeat(60_000)).encode();
    for (int i = 0; i < 16; i++) {
      greedy.post("/v1/publish", ten(data));
    }
    HttpCalls bystander =
        node.as(HttpFixture.tokenOf("t" + Ids.fresh(), "svc", "service:tests", "publish:*"));
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(CompletableFuture.runAsync(() -> read(greedy), threads));
    }

    for (int i = 0; i < PUBLICATIONS; i++) {
      assertEquals(200, bystander.publish("topic:a", "note", "1").status(), "publication " + i);
    }
    over = true;
    CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new)).join();
    assertTrue(pages.get() > 0, "it was read");
    assertEquals(200, greedy.get("/v1/channels/" + LOG + "/publications").status());
  }

  /** Pages of bytes, of which {@code next} leads to the end. */
  @Test
  void aLogIsReadToItsEndByPages() {
    HttpCalls reader = node.service();
    String data = new JsonArray().add("x".repeat(60_000)).encode();
    reader.post("/v1/publish", ten(data));
    reader.post("/v1/publish", ten(data));

    int count = 0;
    String after = "";
    while (count < 20) {
      Reply page = page(reader, after);
      JsonObject json = page.json();
      int size = json.getJsonArray("publications").size();
      assertTrue(size > 0 && page.body().length() < LARGEST, page.body().length() + " bytes");
      count += size;
      after = "&after=" + json.getString("next");
    }
    assertEquals(20, count);
    assertEquals(0, page(reader, after).json().getJsonArray("publications").size());
  }

  private void read(HttpCalls reader) {
    while (!over) {
      Reply page = page(reader, "");
      assertTrue(page.status() == 200 || page.status() == 429, page.body());
      assertTrue(page.body().length() < LARGEST, page.body().length() + " bytes");
      pages.incrementAndGet();
    }
  }

  private static Reply page(HttpCalls reader, String after) {
    return reader.get("/v1/channels/" + LOG + "/publications?limit=1000" + after);
  }

  private static String ten(String data) {
    var one =
        new JsonObject().put("channel", LOG).put("event", "e").put("data", new JsonArray(data));
    var all = new JsonArray();
    for (int i = 0; i < 10; i++) {
      all.add(one);
    }
    return new JsonObject().put("publications", all).encode();
  }
}
