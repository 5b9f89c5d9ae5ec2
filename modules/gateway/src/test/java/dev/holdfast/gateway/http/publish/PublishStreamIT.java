package dev.holdfast.gateway.http.publish;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Publications that come line by line over one request. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishStreamIT {
  private HttpFixture node;
  private HttpCalls service;
  private String channel;
  private HttpClient client; // Vert.x closes one that nobody holds

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

  @Test
  void manyLinesAreStoredInOrderAndAnsweredAtTheEnd() {
    StringBuilder lines = new StringBuilder();
    for (int n = 1; n <= 2_500; n++) {
      lines.append(line(n, n)).append(n % 2 == 0 ? "\n" : "\r\n\n");
    }
    Reply reply = stream(lines.toString());

    assertEquals(200, reply.status(), reply.body());
    JsonObject counts = reply.json().getJsonObject("stream");
    assertEquals(new JsonObject("{\"stored\":2500,\"duplicates\":0,\"sent\":0}"), counts);
    JsonObject last = reply.json().getJsonArray("results").getJsonObject(0);
    assertEquals(2_500, last.getJsonObject("position").getInteger("seq"));
    assertEquals(2_500, stored(1_000) + stored(1_000, 1_000) + stored(1_000, 2_000));
  }

  /** Each token of a model is to be read when it is there, not when the last one is. */
  @Repeatedly
  void aLineIsPublishedWhileTheRequestGoesOn() {
    HttpClientRequest request = open();
    for (int n = 1; n <= 5; n++) {
      request.write(line(n, n) + "\n");
      int so = n;
      await().until(() -> history(10).size() == so);
    }
    request.write("{\"channel\":\"" + channel + "\",\"event\":\"e\",\"da");
    request.end("ta\":6,\"publisher\":\"p\",\"n\":6}"); // without a line's end
    HttpClientResponse response = HttpFixture.get(request.response());
    assertEquals(200, response.statusCode());
    assertEquals(6, history(10).size());
  }

  @Repeatedly
  void aStreamThatBrokeGoesOnByItsNumbers() {
    HttpClientRequest request = open();
    request.write(line(1, 1) + "\n" + line(2, 2) + "\n{\"channel\":");
    await().until(() -> history(10).size() == 2);
    request.connection().close();

    Reply reply = stream(line(1, 1) + "\n" + line(2, 2) + "\n" + line(3, 3) + "\n");
    JsonObject counts = reply.json().getJsonObject("stream");
    assertEquals(new JsonObject("{\"stored\":1,\"duplicates\":2,\"sent\":0}"), counts);
    assertEquals(3, history(10).size());
  }

  @Test
  void aBadLineIsNamedAndThoseBeforeItAreStored() {
    for (String bad :
        new String[] {
          "nonsense",
          "[]",
          "{\"channel\":\"" + channel + "\",\"event\":\"e\"}",
          "{\"channel\":\"x\",\"event\":\"e\",\"data\":1}",
          line(3, 3).replace("}", ",\"more\":1}"),
        }) {
      freshChannel();
      Reply reply = stream(line(1, 1) + "\n\n" + line(2, 2) + "\n" + bad + "\n" + line(3, 3));
      assertEquals(400, reply.status(), reply.body());
      assertEquals(4, reply.json().getInteger("line"), reply.body());
      assertTrue(reply.json().getString("detail").startsWith("line 4: "), reply.body());
      assertEquals(2, reply.json().getJsonObject("stream").getInteger("stored"));
      assertEquals(2, history(10).size());
    }
  }

  @Test
  void aNumberLeftOutIsNamedWithWhatIsExpected() {
    Reply reply = stream(line(1, 1) + "\n" + line(3, 3) + "\n" + line(4, 4) + "\n");

    assertEquals(409, reply.status());
    assertEquals("out_of_sequence", reply.code());
    assertEquals(2, reply.json().getInteger("line"));
    assertEquals(2, reply.json().getInteger("expected"));
    assertEquals(1, history(10).size());
  }

  @Test
  void aLineThatIsTooLongIsNamed() {
    String large = "\"" + "x".repeat(64 * 1024) + "\"";
    String long1 = line(2, 2).replace("\"data\":2", "\"data\":" + large);
    Reply reply = stream(line(1, 1) + "\n" + long1 + "\n");
    assertEquals(413, reply.status());
    assertEquals(2, reply.json().getInteger("line"));

    Reply longer = stream("x".repeat(900_000));
    assertEquals(413, longer.status());
    assertEquals(1, longer.json().getInteger("line"));
    assertEquals(1, history(10).size());
  }

  @Test
  void anEmptyStreamAndOneWithoutAPermissionAreRefused() {
    assertEquals(400, stream("\n \n").status());
    HttpCalls ann = node.user("ann", "publish:topic:other");
    Reply reply =
        ann.with("content-type", "application/x-ndjson")
            .call("POST", "/v1/publish", BodyPublishers.ofString(line(1, 1)));
    assertEquals(403, reply.status());
    assertEquals("line 1: needs publish:" + channel, reply.json().getString("detail"));
  }

  @Test
  void aLongStreamOfLargeLinesIsStoredWhole() {
    HttpClientRequest request = open();
    String data = "\"" + "x".repeat(60_000) + "\"";
    for (int n = 1; n <= 200; n++) {
      request.write(line(n, n).replace("\"data\":" + n, "\"data\":" + data) + "\n");
    }
    request.end();
    var answer = request.response().compose(response -> response.body());
    JsonObject counts = HttpFixture.get(answer).toJsonObject().getJsonObject("stream");
    assertEquals(200, counts.getInteger("stored"));
  }

  @Test
  void aClientThatGoesOnAfterARefusalReadsItAndIsCutOff() {
    HttpClientRequest request = open();
    request.write("nonsense\n");
    HttpClientResponse response = HttpFixture.get(request.response());
    assertEquals(400, response.statusCode());
    boolean[] closed = new boolean[1];
    request.connection().closeHandler(gone -> closed[0] = true);
    await().until(() -> closed[0]);
  }

  private HttpClientRequest open() {
    client = client == null ? node.clients.vertx().createHttpClient() : client;
    HttpClientRequest request =
        HttpFixture.get(client.request(HttpMethod.POST, node.port(), "127.0.0.1", "/v1/publish"));
    return request
        .putHeader("authorization", "Bearer " + node.token("svc", HttpFixture.ALL))
        .putHeader("content-type", "application/x-ndjson")
        .setChunked(true);
  }

  private Reply stream(String body) {
    return service
        .with("content-type", "application/x-ndjson")
        .call("POST", "/v1/publish", BodyPublishers.ofString(body));
  }

  private String line(int n, int data) {
    return "{\"channel\":\"%s\",\"event\":\"e\",\"data\":%d,\"publisher\":\"p\",\"n\":%d}"
        .formatted(channel, data, n);
  }

  private JsonArray history(int limit) {
    return page("?limit=" + limit).getJsonArray("publications");
  }

  private JsonObject page(String query) {
    return service.get("/v1/channels/" + channel + "/publications" + query).json();
  }

  private int stored(int limit) {
    return history(limit).size();
  }

  /** How many of these are there, in order. */
  private int stored(int limit, int after) {
    String epoch = page("?limit=1").getString("next").replaceAll(":.*", "");
    JsonArray publications =
        page("?limit=" + limit + "&after=" + epoch + ":" + after).getJsonArray("publications");
    for (int i = 0; i < publications.size(); i++) {
      assertEquals(after + i + 1, publications.getJsonObject(i).getInteger("data"));
    }
    return publications.size();
  }
}
