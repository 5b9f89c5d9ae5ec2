package dev.holdfast.gateway;

import static dev.holdfast.gateway.GatewayFixture.AUTH;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.tokens.RevocationMessage.Revoke;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that go on with another token, whatever else happens at the same time. */
@ExtendWith(RedisExtension.class)
class RefreshIT {
  private static final int REVOKED = 4504;
  private static final String[] NEWS = {"subscribe:topic:news", "publish:topic:news"};
  private static final ChannelName NEWS_CHANNEL = ChannelName.topic("news");

  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private String token(String user, Duration life, String... permissions) {
    var caller = new Caller.User(node.tenant, user, Set.of(), Set.of(permissions));
    return new TokenSigner("gateway-test-secret-of-enough-bytes", AUTH).sign(caller, life);
  }

  private static ManualClient refresh(ManualClient client, String id, String token) {
    return client.send("refresh", Map.of("id", id, "token", token));
  }

  private static ObjectNode refreshed(ManualClient client, String token) {
    String id = Ids.fresh();
    return refresh(client, id, token).awaitAnswer(id);
  }

  private static void assertRefused(String code, ObjectNode answer) {
    assertEquals(code, answer.path("code").asText(), answer.toString());
  }

  private static void assertDone(ObjectNode answer) {
    assertEquals("reply", answer.get("type").asText(), answer.toString());
  }

  private static ObjectNode publish(ManualClient client, String id, long n) {
    return send(client, id, n).awaitAnswer(id);
  }

  private static ManualClient send(ManualClient client, String id, long n) {
    Map<String, Object> frame =
        Map.of("id", id, "channel", "topic:news", "event", "note", "data", n, "n", n);
    return client.send("publish", frame);
  }

  private static ObjectNode subscribe(ManualClient client, String id) {
    return client.send("subscribe", Map.of("id", id, "channel", "topic:news")).awaitAnswer(id);
  }

  private boolean isStored(Welcomed session, String channel) {
    return !node.storedCursor(session.session(), channel).isEmpty();
  }

  @Test
  void morePermissionsCountAtOnce() {
    ManualClient client = node.hello("ann").client();
    assertRefused("forbidden", subscribe(client, "1"));

    refresh(client, "2", node.token("ann", NEWS));
    client.send("subscribe", Map.of("id", "3", "channel", "topic:news"));
    send(client, "4", 1);

    assertDone(client.awaitAnswer("2"));
    assertDone(client.awaitAnswer("3"));
    assertDone(client.awaitAnswer("4"));
    assertEquals(1, client.await("event", "topic:news").get("data").asInt());
  }

  @Test
  void whatIsNoLongerPermittedEndsByNameBeforeTheReply() {
    Welcomed ann = node.hello("ann", NEWS);
    ManualClient client = ann.client();
    assertDone(subscribe(client, "1"));
    assertDone(publish(client, "2", 1));

    refresh(client, "3", node.token("ann"));
    send(client, "4", 2);

    assertDone(client.awaitAnswer("3"));
    ObjectNode over = client.await("unsubscribed", "topic:news");
    assertEquals("forbidden", over.get("code").asText());
    List<ObjectNode> all = client.frames();
    assertTrue(indexOf(all, "unsubscribed") < lastReply(all, "3"));
    assertRefused("forbidden", client.awaitAnswer("4"));
    assertRefused("forbidden", subscribe(client, "5"));
    await("gone from the record").until(() -> !isStored(ann, "topic:news"));
    assertDone(refreshed(client, node.token("ann", NEWS)));
    assertDone(subscribe(client, "6"));
    assertDone(publish(client, "7", 2));
  }

  private static int indexOf(List<ObjectNode> all, String type) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i).get("type").asText().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static int lastReply(List<ObjectNode> all, String id) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i).path("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aServicesGrantHoldsWithoutThePermission() {
    Welcomed ann = node.hello("ann", NEWS);
    ManualClient client = ann.client();
    grant(ann);
    client.await("live", "topic:news");

    assertDone(refreshed(client, node.token("ann")));
    assertRefused("forbidden", publish(client, "1", 1));
    publishAsService();

    assertEquals("said", client.await("event", "topic:news").get("event").asText());
    client.cut();
    Map<String, String> resume = Map.of("resume", ann.session());
    ManualClient again = node.hello(node.token("ann"), resume).client();
    again.await("live", "topic:news");
    assertDone(refreshed(again, node.token("ann", "request:other")));
    publishAsService();
    again.await("event", "topic:news");
    assertTrue(isStored(ann, "topic:news"));
  }

  /** Its notice was lost: the refresh ended the channel, and took the grant back, too. */
  @Test
  void aServicesGrantHoldsThoughItsNoticeIsLost() {
    Welcomed ann = node.hello("ann", NEWS);
    ManualClient client = ann.client();
    assertDone(subscribe(client, "1"));
    client.await("live", "topic:news");
    node.losingNotices(() -> grant(ann));

    assertDone(refreshed(client, node.token("ann")));
    assertEquals("forbidden", client.await("unsubscribed", "topic:news").get("code").asText());
    client.await("live", "topic:news");
    publishAsService();
    client.await("event", "topic:news");
    assertDone(refreshed(client, node.token("ann", "request:other")));
    publishAsService();
    client.await("event", "topic:news");
    assertTrue(isStored(ann, "topic:news") && isStored(ann, "+topic:news"));
  }

  private void grant(Welcomed session) {
    Channel channel = new Channel(node.tenant, NEWS_CHANNEL);
    GatewayFixture.get(
        node.channels.ask(
            new ChannelMessage.SubscribeSession(node.service, session.session(), channel)));
  }

  private void publishAsService() {
    var item = new ChannelMessage.Item(0, "said", "1", true);
    var message =
        new ChannelMessage.Publish(
            node.service, null, new Channel(node.tenant, NEWS_CHANNEL), null, List.of(item));
    GatewayFixture.get(node.channels.ask(message));
  }

  @Test
  void anothersTokenIsRefusedAndTheOldOneStays() {
    ManualClient client = node.hello("ann", NEWS).client();

    assertRefused("forbidden", refreshed(client, node.token("bob", NEWS)));
    String foreign = GatewayFixture.tokenOf("o" + node.tenant, "ann", NEWS);
    assertRefused("forbidden", refreshed(client, foreign));
    assertRefused("unauthorized", refreshed(client, "nonsense"));
    String last = node.token("ann", NEWS);
    assertRefused("unauthorized", refreshed(client, last.substring(0, last.length() - 8)));

    assertDone(publish(client, "1", 1));
    assertTrue(client.isOpen());
  }

  @Test
  void aReplayIsHarmlessAndAnEarlierEndIsAccepted() {
    String first = node.token("ann", NEWS);
    ManualClient client = node.hello(first, Map.of()).client();
    for (int i = 0; i < 3; i++) {
      assertDone(refreshed(client, first));
    }
    assertDone(publish(client, "1", 1));

    assertDone(refreshed(client, token("ann", Duration.ofSeconds(4))));
    assertRefused("forbidden", publish(client, "2", 2));
    client.await("expiring");
    assertDone(refreshed(client, first));
    assertDone(publish(client, "3", 2));
  }

  @Test
  void aRevokedTokenIsRefusedAndARevocationKnowsTheNewOne() {
    ManualClient client = node.hello("ann", "publish:*").client();
    String revoked = node.token("ann", "request:a");
    revoke(digest(revoked));
    assertRefused("revoked", refreshed(client, revoked));
    assertDone(client.send("publish", sample("1")).awaitAnswer("1"));

    String next = node.token("ann", "request:b", "publish:*");
    assertDone(refreshed(client, next));
    revoke(digest(next));

    assertEquals(REVOKED, client.awaitClose(Duration.ofSeconds(2)).code());
  }

  private static Map<String, Object> sample(String id) {
    return Map.of("id", id, "channel", "user:ann", "event", "e", "data", 1, "n", 1);
  }

  @Test
  void theOldTokensRevocationNoLongerConcernsTheConnection() {
    String first = node.token("ann");
    ManualClient client = node.hello(first, Map.of()).client();
    assertDone(refreshed(client, node.token("ann", NEWS)));

    revoke(digest(first));

    await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(3)).until(client::isOpen);
  }

  @Test
  void aRevokedSessionTakesBothTokensAlong() {
    String first = node.token("ann");
    String next = node.token("ann", NEWS);
    Welcomed ann = node.hello(first, Map.of());
    assertDone(refreshed(ann.client(), next));

    close(ann.session());

    assertEquals(REVOKED, ann.client().awaitClose(Duration.ofSeconds(2)).code());
    for (String token : List.of(first, next)) {
      ManualClient again = node.connect();
      GatewayFixture.sayHello(again, token, Map.of());
      assertEquals(REVOKED, again.awaitClose().code());
    }
  }

  /** It answered that all was well, and the token went on being good. */
  @Test
  void aSessionThatIsNotKnownIsNotRevokedInSilence() {
    Welcomed ann = node.hello("ann");
    ann.client().send("close", Map.of()).awaitClose();
    await("gone").until(() -> code(ann.session()) == ErrorCode.NOT_FOUND);

    var refused = assertThrows(HoldfastException.class, () -> close(ann.session()));

    assertEquals(ErrorCode.NOT_FOUND, refused.code());
    assertTrue(refused.publicMessage().contains("nothing is revoked"), refused.publicMessage());
  }

  private void close(String session) {
    GatewayFixture.get(
        node.sessions.ask(
            new SessionMessage.Close(
                node.service, node.tenant, session, SessionMessage.Close.REVOKED)));
  }

  private ErrorCode code(String session) {
    try {
      node.view(session);
      return null;
    } catch (HoldfastException e) {
      return e.code();
    }
  }

  @Test
  void aRefreshRightBehindTheHelloOfAResumeIsInForceForItsChannels() {
    Welcomed ann = node.hello("ann", NEWS);
    assertDone(subscribe(ann.client(), "1"));
    ann.client().cut();

    ManualClient again = node.connect();
    GatewayFixture.sayHello(again, node.token("ann", NEWS), Map.of("resume", ann.session()));
    refresh(again, "2", node.token("ann"));

    assertTrue(again.await("welcome").get("resumed").asBoolean());
    assertDone(again.awaitAnswer("2"));
    assertEquals("forbidden", again.await("unsubscribed", "topic:news").get("code").asText());
    await("gone from the record").until(() -> !isStored(ann, "topic:news"));
    publishAsService();
    assertDone(refreshed(again, node.token("ann")));
    assertFalse(again.frames().stream().anyMatch(f -> f.path("event").asText().equals("said")));
  }

  @Test
  void twoAtOnceAreTakenOneAfterTheOther() {
    for (int i = 0; i < 5; i++) {
      ManualClient client = node.hello("ann").client();
      refresh(client, "1", node.token("ann", NEWS));
      refresh(client, "2", node.token("ann"));
      send(client, "3", 1);

      assertDone(client.awaitAnswer("1"));
      assertDone(client.awaitAnswer("2"));
      assertRefused("forbidden", client.awaitAnswer("3"));
      client.close();
    }
  }

  @Test
  void whoFloodsIsRefusedAndNobodyElseNotices() {
    ManualClient greedy = node.hello("ann").client();
    ManualClient other = node.hello("bob").client();
    for (int i = 0; i < 50; i++) {
      refresh(greedy, "f" + i, "nonsense" + i);
    }
    IntStream.range(0, 10).forEach(i -> assertRefused("unauthorized", greedy.awaitAnswer("f" + i)));
    for (int i = 10; i < 50; i++) {
      ObjectNode answer = greedy.awaitAnswer("f" + i);
      assertRefused("rate_limited", answer);
      assertTrue(answer.get("retryAfter").asLong() > 10_000, answer.toString());
    }

    assertDone(refreshed(other, node.token("bob", NEWS)));
    assertTrue(greedy.isOpen());
  }

  @Test
  void manyRefreshesUnderLoadLoseNoEventAndNeedNoReconnect() {
    ManualClient reader = node.hello("ann", NEWS).client();
    ManualClient writer = node.hello("bob", NEWS).client();
    assertDone(subscribe(reader, "s"));
    int many = 900;
    for (int n = 1; n <= many; n++) {
      send(writer, "p" + n, n);
      if (n % 100 == 0) {
        refresh(reader, "r" + n, node.token("ann", NEWS[0], "request:" + n));
        refresh(writer, "w" + n, node.token("bob", NEWS[1], "request:" + n));
      }
    }

    for (int n = 1; n <= many; n++) {
      assertDone(writer.awaitAnswer("p" + n));
      if (n % 100 == 0) {
        assertDone(writer.awaitAnswer("w" + n));
        assertDone(reader.awaitAnswer("r" + n));
      }
      assertEquals(n, reader.await("event", "topic:news").get("data").asInt());
    }
    assertTrue(reader.isOpen() && writer.isOpen());
  }

  private void revoke(String digest) {
    long now = System.currentTimeMillis();
    GatewayFixture.get(
        node.sessions.ask(
            new Revoke(node.service, node.tenant, null, digest, now / 1_000, now + 600_000)));
  }

  private static String digest(String token) {
    return GatewayFixture.get(TokenVerifier.of(AUTH).verify(token)).digest();
  }
}
