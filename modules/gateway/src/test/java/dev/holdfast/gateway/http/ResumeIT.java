package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hello may bring and should not: sessions and cursors that are none of its own. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResumeIT {
  private static final String NEWS = "topic:news";
  private static final String[] ALL = {"subscribe:topic:*", "publish:topic:*"};

  private HttpFixture node;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
    node.service().publish(NEWS, "note", "1");
    node.service().publish(NEWS, "note", "2");
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private ManualClient hello(String token, String channels, String resume) {
    ManualClient client =
        node.clients.manual(URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect"));
    String resumed = resume == null ? "" : "\"resume\":\"" + resume + "\",";
    return client.send(
        "{\"type\":\"hello\",\"token\":\"%s\",%s\"channels\":%s,\"client\":{\"name\":\"t\",\"version\":\"1\"}}"
            .formatted(token, resumed, channels));
  }

  /** An ended session, one that never was, another user's and another tenant's. */
  @Test
  void sessionsThatAreNotTheUsersLookAlike() {
    HttpCalls stranger = node.as(HttpFixture.tokenOf("other", "svc", HttpFixture.ALL));
    HttpCalls service = node.service();
    String ended = session(service, "ann");
    service.delete("/v1/sessions/" + ended);
    List<String> wanted =
        List.of(Ids.fresh(), ended, session(service, "bob"), session(stranger, "ann"));

    Map<String, Integer> shapes = new HashMap<>();
    for (String session : wanted) {
      ManualClient client = hello(node.token("ann", ALL), "{}", session);
      ObjectNode welcome = client.await("welcome");
      assertFalse(wanted.contains(welcome.get("session").asText()));
      client.await("live", "user:ann");
      client.await("live", "tenant");
      client.await("live", "session:" + welcome.get("session").asText());
      shapes.merge(shape(client, welcome), 1, Integer::sum);
    }
    assertEquals(List.of(4), List.copyOf(shapes.values()), shapes.toString());
    assertEquals(200, service.get("/v1/sessions/" + wanted.get(2)).status());
    assertEquals(200, stranger.get("/v1/sessions/" + wanted.get(3)).status());
  }

  private static String session(HttpCalls calls, String user) {
    return calls
        .post("/v1/sessions", "{\"user\":\"%s\"}".formatted(user))
        .json()
        .getString("session");
  }

  /** All that was said, without what is fresh each time; per channel, as channels go on apart. */
  private static String shape(ManualClient client, ObjectNode welcome) {
    return client.frames().stream()
        .map(JsonNode::toString)
        .map(frame -> frame.replace(welcome.get("session").asText(), "S"))
        .map(frame -> frame.replace(welcome.get("connection").asText(), "C"))
        .map(frame -> frame.replaceAll("\"time\":\\d+", "\"time\":0"))
        .map(
            frame ->
                frame.contains("session:S") ? frame.replaceAll("epoch\":\"[^\"]+", "E") : frame)
        .sorted()
        .toList()
        .toString();
  }

  static Stream<Arguments> cursors() {
    return Stream.of(
        Arguments.of("[\"NoSuchEpoch\",1]", "epoch"),
        Arguments.of("[\"E\",9007199254740991]", "epoch"),
        Arguments.of("[\"#\",99]", "epoch"));
  }

  @ParameterizedTest
  @MethodSource("cursors")
  void aCursorThatTheLogDoesNotKnowIsReportedAsAGap(String cursor, String reason) {
    String epoch =
        node.service()
            .get("/v1/channels/" + NEWS)
            .json()
            .getJsonObject("position")
            .getString("epoch");
    String brought = "{\"%s\":%s}".formatted(NEWS, cursor.replace("#", epoch));
    ManualClient client = hello(node.token("ann", ALL), brought, null);

    assertFalse(client.await("subscribed", NEWS).get("recovered").asBoolean());
    ObjectNode gap = client.await("gap", NEWS);
    assertEquals(reason, gap.get("reason").asText());
    long top = client.await("live", NEWS).get("seq").asLong();
    assertEquals(2, top);
    long events =
        client.frames().stream()
            .filter(f -> f.path("type").asText().equals("event"))
            .filter(f -> f.path("channel").asText().equals(NEWS))
            .count();
    assertEquals(top - gap.get("to").get(1).asLong(), events);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"topic:news\":[\"E\",-1]}",
        "{\"topic:news\":[\"E\",1.5]}",
        "{\"topic:news\":[\"E\",9007199254740992]}",
        "{\"topic:news\":[\"E\",1e3]}",
        "{\"topic:news\":[\"E\",\"1\"]}",
        "{\"topic:news\":[\"\",1]}",
        "{\"topic:news\":[\"E E\",1]}",
        "{\"topic:news\":[\"E\"]}",
        "{\"topic:news\":[\"E\",1,2]}",
        "{\"topic:news\":{\"E\":1}}",
        "{\"topic:news\":null}",
        "{\"news\":[\"E\",1]}",
        "{\"topic:news\":[\"E\",1],\"topic:news\":[\"E\",1]}",
        "[]",
        "many"
      })
  void aCursorThatIsNoneEndsTheHello(String channels) {
    String brought = channels.equals("many") ? many(10_000) : channels;
    ManualClient client = hello(node.token("ann", ALL), brought, null);

    assertEquals(4505, client.awaitClose().code());
    assertTrue(client.frames().isEmpty());
  }

  private static String many(int count) {
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      many.append(i == 0 ? "" : ",").append("\"topic:").append(i).append("\":[\"E\",1]");
    }
    return many.append('}').toString();
  }

  /** As many as a hello may bring: they are answered one by one, and nobody else waits. */
  @Test
  void manyCursorsOfNothingCostTheirSenderOnly() {
    ManualClient client = hello(node.token("ann", ALL), many(259), null);
    client.await("welcome");
    assertEquals(200, node.service().publish("topic:others", "note", "1").status());
    await()
        .until(
            () ->
                client.frames().stream()
                        .filter(f -> f.path("channel").asText().matches("topic:\\d+"))
                        .filter(f -> f.path("type").asText().matches("live|unsubscribed"))
                        .count()
                    == 259);
  }
}
