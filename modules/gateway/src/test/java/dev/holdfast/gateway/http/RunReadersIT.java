package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A user without a permission to subscribe reads its own run. */
@ExtendWith(RedisExtension.class)
class RunReadersIT {
  private static final String SAID =
      "{\"type\":\"TEXT_MESSAGE_CHUNK\",\"messageId\":\"m1\",\"role\":\"assistant\","
          + "\"delta\":\"Hello\"}";

  private final String agent = "a" + Ids.fresh();
  private HttpFixture node;
  private String run;
  private String channel;

  @BeforeEach
  void aRunHasEnded(TestRedis redis) {
    node = new HttpFixture(redis.uri());
    String input = "{\"threadId\":\"th\",\"runId\":\"r\",\"messages\":[]}";
    JsonObject started =
        answer(
            node.user("ann", "run:*")
                .post("/v1/runs", "{\"agent\":\"%s\",\"input\":%s}".formatted(agent, input)));
    run = started.getString("run");
    channel = started.getString("channel");
    HttpCalls worker = node.user("svc", "service:agents", "work:*");
    JsonObject work = answer(worker.post("/v1/work/" + agent + "/claim", "{\"worker\":\"w\"}"));
    String events =
        "{\"generation\":%d,\"n\":1,\"events\":[%s,%s,%s]}"
            .formatted(
                work.getLong("generation"), ofRun("RUN_STARTED"), SAID, ofRun("RUN_FINISHED"));
    String path = "/v1/work/" + agent + "/runs/" + run + "/events";
    assertTrue(answer(worker.post(path, events)).getBoolean("over"));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static String ofRun(String type) {
    return "{\"type\":\"" + type + "\",\"threadId\":\"th\",\"runId\":\"r\"}";
  }

  private static JsonObject answer(Reply reply) {
    assertEquals(200, reply.status(), reply.body());
    return reply.json();
  }

  private ManualClient client(String user, Map<String, ?> members) {
    URI uri = URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect");
    ManualClient client = node.clients.manual(uri);
    GatewayFixture.sayHello(client, node.token(user), members);
    client.await("welcome");
    return client;
  }

  private ObjectNode subscribe(ManualClient client, String from) {
    client.send("subscribe", Map.of("id", "1", "channel", channel, "from", from));
    return client.awaitAnswer("1");
  }

  /** It got the snapshot's position first, so it went on behind what it never got. */
  @Test
  void aReaderThatIsCutOffBeforeItsSnapshotGetsTheRunFromItsBeginning() {
    ManualClient ann = client("ann", Map.of());
    assertEquals("reply", subscribe(ann, "snapshot").get("type").asText());
    ObjectNode subscribed = ann.await("subscribed", channel);
    assertEquals(0, subscribed.get("seq").asLong());
    ObjectNode snapshot = ann.await("snapshot", channel);
    assertTrue(snapshot.toString().contains("Hello"), snapshot.toString());
    assertEquals(snapshot.get("seq"), ann.await("live", channel).get("seq"));

    String epoch = subscribed.get("epoch").asText();
    String session = ann.frames().get(0).get("session").asText();
    ManualClient again =
        client("ann", Map.of("resume", session, "channels", Map.of(channel, List.of(epoch, 0))));
    assertEquals(1, again.await("event", channel).get("seq").asLong());
    assertEquals(snapshot.get("seq"), again.await("live", channel).get("seq"));
  }

  /** It was an empty channel, without a gap. */
  @Test
  void aRunThatIsOverAndNoLongerKeptHasNoSnapshot(TestRedis redis) {
    HttpCalls ann = node.user("ann");
    String path = "/v1/runs/" + run;
    await().until(() -> ann.get(path).json().getString("state").equals("ended"));
    Channel of = new Channel(node.tenant, ChannelName.parse(channel));
    redis.call("DEL", Keys.runSnapshot(of));
    assertNull(answer(ann.get(path + "/snapshot")).getValue("position"), "its log has all of it");

    redis.call("DEL", Keys.log(of));
    assertEquals("not_found", ann.get(path + "/snapshot").code());
    assertEquals("not_found", code(subscribe(client("ann", Map.of()), "snapshot")));
    assertEquals("forbidden", code(subscribe(client("bob", Map.of()), "snapshot")));
  }

  /** Who may read the run was in the record of the session, and gone with it. */
  @Test
  void aUserThatLostItsSessionGoesOnInItsOwnRun() {
    ManualClient first = client("ann", Map.of());
    String epoch = subscribe(first, "earliest").at("/data/epoch").asText();
    Map<String, ?> cursors = Map.of("channels", Map.of(channel, List.of(epoch, 1)));

    ManualClient ann = client("ann", cursors);
    assertEquals(2, ann.await("event", channel).get("seq").asLong());
    ann.await("live", channel);
    assertEquals("forbidden", code(client("bob", cursors).await("unsubscribed", channel)));
  }

  @Test
  void aStreamReadsARunOfItsUserAlone() {
    try (EventReader ann = new EventReader(node, node.token("ann"), channel, null);
        EventReader bob = new EventReader(node, node.token("bob"), channel, null)) {
      ann.await("live", channel);
      assertEquals("forbidden", bob.await("error").getString("code"));
    }
  }

  private static String code(ObjectNode answer) {
    return answer.path("code").asText();
  }
}
