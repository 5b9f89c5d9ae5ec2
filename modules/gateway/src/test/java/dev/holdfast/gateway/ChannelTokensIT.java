package dev.holdfast.gateway;

import static dev.holdfast.gateway.GatewayFixture.AUTH;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.tokens.RevocationMessage.Revoke;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Private channels, which an application opens to single sessions for a short time. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChannelTokensIT {
  private static final TokenSigner SIGNER =
      new TokenSigner("gateway-test-secret-of-enough-bytes", AUTH);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SOON = Duration.ofSeconds(2);

  private GatewayFixture node;
  private GatewayFixture other;
  private String user;
  private ChannelName channel;

  @BeforeAll
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
    other = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS);
  }

  @AfterAll
  void stop() {
    node.close();
    other.close();
  }

  @BeforeEach
  void fresh() {
    user = "u" + Ids.fresh();
    channel = ChannelName.topic("orders/" + Ids.fresh());
  }

  private String token(Duration life, String... verbs) {
    return token(node.tenant, user, life, null, verbs);
  }

  private String token(String tenant, String of, Duration life, String session, String... verbs) {
    var caller = new Caller.User(tenant, of, Set.of(), Set.of());
    Set<String> adds = verbs.length == 0 ? Set.of("subscribe") : Set.of(verbs);
    return SIGNER.signForChannel(caller, life, channel, adds, session);
  }

  private ObjectNode subscribe(ManualClient client, ChannelName name, String token) {
    String id = Ids.fresh();
    Map<String, Object> frame = new HashMap<>(Map.of("id", id, "channel", name.toString()));
    if (token != null) {
      frame.put("token", token);
    }
    return client.send("subscribe", frame).awaitAnswer(id);
  }

  private ObjectNode subscribe(ManualClient client, String token) {
    return subscribe(client, channel, token);
  }

  private ObjectNode publish(ManualClient client, long n) {
    String id = Ids.fresh();
    Map<String, Object> frame =
        Map.of("id", id, "channel", channel.toString(), "event", "e", "data", n, "n", n);
    return client.send("publish", frame).awaitAnswer(id);
  }

  private ObjectNode refreshed(ManualClient client, String token) {
    String id = Ids.fresh();
    return client.send("refresh", Map.of("id", id, "token", token)).awaitAnswer(id);
  }

  private void publishAsService(int data) {
    publishAsService(node, data);
  }

  /** At the node where the reader is: there are no notices between these two. */
  private void publishAsService(GatewayFixture at, int data) {
    var entry = new PublishKeyed.Entry(null, "said", "" + data, false);
    var message = new PublishKeyed(node.service, new Channel(node.tenant, channel), List.of(entry));
    GatewayFixture.get(at.channels.ask(message));
  }

  private static void assertDone(ObjectNode answer) {
    assertEquals("reply", answer.get("type").asText(), answer.toString());
  }

  private static void assertRefused(String code, ObjectNode answer) {
    assertEquals(code, answer.path("code").asText(), answer.toString());
  }

  private String grants(String session) {
    var reply = node.redis("HGET", Keys.session(node.tenant, session), "grants");
    return reply.isNull() ? "" : reply.asText();
  }

  private void assertEnds(ManualClient client) {
    ObjectNode over = client.await("unsubscribed", channel.toString());
    assertEquals("forbidden", over.get("code").asText());
  }

  private void assertStays(ManualClient client) {
    client.send("ping", Map.of()).await("pong");
    assertFalse(
        client.frames().stream().anyMatch(f -> f.path("type").asText().equals("unsubscribed")));
  }

  @Test
  void opensItsChannelAndNoOther() {
    ManualClient client = node.hello(user).client();
    assertRefused("forbidden", subscribe(client, null));

    String token = token(LONG);
    ObjectNode answer = subscribe(client, token);
    assertDone(answer);
    long left = answer.get("data").get("expiresIn").asLong();
    assertTrue(left > 590_000 && left <= 600_000, answer.toString());
    publishAsService(7);
    assertEquals(7, client.await("event", channel.toString()).get("data").asInt());
    assertRefused("forbidden", publish(client, 1));
    assertRefused("forbidden", subscribe(client, ChannelName.topic("orders"), token));
  }

  @Test
  void thoseInForceOnAllEventLoopsAreCounted() {
    String token = token(LONG);
    for (int i = 0; i < 6; i++) {
      assertDone(subscribe(node.hello(user).client(), token));
    }
    double counted = node.registry.get("holdfast.channel.grants").gauge().value();
    assertTrue(counted >= 6, "counted " + counted);
  }

  @Test
  void letsPublishIfItSaysSo() {
    ManualClient client = node.hello(user).client();
    assertDone(subscribe(client, token(LONG, "subscribe", "publish")));
    assertDone(publish(client, 1));
    assertEquals(1, client.await("event", channel.toString()).get("data").asInt());

    ManualClient onlyPublishes = node.hello(user).client();
    assertRefused("forbidden", subscribe(onlyPublishes, token(LONG, "publish")));
    assertRefused("forbidden", publish(onlyPublishes, 1));
    ManualClient reads = node.hello(user, "subscribe:topic:*").client();
    assertRefused("forbidden", publish(reads, 1));
    assertDone(subscribe(reads, token(LONG, "publish")));
    assertDone(publish(reads, 1));
  }

  @Test
  void comesAlongWhenTheSessionResumesOnAnotherNode() {
    Welcomed first = node.hello(user);
    assertDone(subscribe(first.client(), token(LONG)));
    first.client().await("live", channel.toString());
    first.client().cut();
    publishAsService(1);

    Welcomed again = other.hello(other.token(user), Map.of("resume", first.session()));
    assertTrue(again.welcome().get("resumed").asBoolean());
    assertEquals(1, again.client().await("event", channel.toString()).get("data").asInt());
    again.client().await("live", channel.toString());
    publishAsService(other, 2);
    assertEquals(2, again.client().await("event", channel.toString()).get("data").asInt());
    assertStays(again.client());
    ObjectNode equal = subscribe(again.client(), token(LONG));
    assertTrue(equal.get("data").has("expiresIn"), equal.toString());
  }

  /** As by an unsubscribe: it still let publish, and counted among those of the session. */
  @Test
  void endsWithAChannelThatTheHelloOfAResumeDoesNotName() {
    Welcomed first = node.hello(user);
    assertDone(subscribe(first.client(), token(LONG, "subscribe", "publish")));
    assertDone(publish(first.client(), 1));
    first.client().cut();

    ManualClient again =
        node.hello(node.token(user), Map.of("resume", first.session(), "subscriptions", Map.of()))
            .client();

    ObjectNode over = again.await("unsubscribed", channel.toString());
    assertEquals("requested", over.get("code").asText());
    assertRefused("forbidden", publish(again, 2));
  }

  @Test
  void endsByNameWithItsTokenUnlessAnotherCame() {
    Welcomed ann = node.hello(user);
    ManualClient renews = node.hello(user).client();
    assertDone(subscribe(ann.client(), token(SOON)));
    assertDone(subscribe(renews, token(SOON)));
    assertDone(subscribe(renews, token(LONG)));

    assertEnds(ann.client());
    assertRefused("forbidden", subscribe(ann.client(), null));
    await("gone from the record")
        .until(() -> node.storedCursor(ann.session(), channel.toString()).isEmpty());
    publishAsService(1);
    renews.await("event", channel.toString());
    assertStays(renews);
    assertTrue(ann.client().isOpen());
  }

  @Test
  void endsWhileNobodyIsThere() {
    Welcomed ann = node.hello(user);
    assertDone(subscribe(ann.client(), token(Duration.ofSeconds(1))));
    ann.client().cut();
    long ends = System.currentTimeMillis() + 1_000;
    await().until(() -> System.currentTimeMillis() > ends);

    ManualClient again = other.hello(other.token(user), Map.of("resume", ann.session())).client();
    assertEnds(again);
    assertRefused("forbidden", subscribe(again, null));
    assertDone(subscribe(again, token(LONG)));
  }

  @Test
  void aRevokedOneEndsAndTheConnectionStays() {
    Welcomed ann = node.hello(user);
    Welcomed away = node.hello(user);
    String token = token(LONG);
    assertDone(subscribe(ann.client(), token));
    assertDone(subscribe(away.client(), token));
    away.client().cut();

    revoke(token);

    assertEnds(ann.client());
    assertRefused("revoked", subscribe(ann.client(), token));
    assertDone(subscribe(ann.client(), token(Duration.ofMinutes(9))));
    ManualClient back = node.hello(node.token(user), Map.of("resume", away.session())).client();
    assertEnds(back);
    assertTrue(ann.client().isOpen() && back.isOpen());
  }

  private void revoke(String token) {
    String digest =
        GatewayFixture.get(TokenVerifier.of(AUTH).verifyForChannel(token)).token().digest();
    long now = System.currentTimeMillis();
    GatewayFixture.get(
        node.sessions.ask(
            new Revoke(node.service, node.tenant, null, digest, now / 1_000, now + 600_000)));
  }

  @Test
  void otherPermissionsEndItAndTheSameKeepIt() {
    Welcomed ann = node.hello(user, "request:a");
    ManualClient client = ann.client();
    assertDone(subscribe(client, token(LONG)));
    var same = new Caller.User(node.tenant, user, Set.of(), Set.of("request:a"));
    assertDone(refreshed(client, SIGNER.sign(same, Duration.ofMinutes(7))));
    assertStays(client);
    assertTrue(grants(ann.session()).contains(channel.toString()));

    assertDone(refreshed(client, node.token(user, "request:b")));
    assertEnds(client);
    assertEquals("", grants(ann.session()));
    assertRefused("forbidden", subscribe(client, null));

    assertDone(subscribe(client, token(LONG)));
    client.cut();
    String fewer = node.token(user);
    ManualClient again = node.hello(fewer, Map.of("resume", ann.session())).client();
    assertEnds(again);
  }

  @Test
  void isNoUseToOthersNorForAnythingElse() {
    Welcomed ann = node.hello(user);
    Welcomed twin = node.hello(user);
    String mine = token(node.tenant, user, LONG, ann.session());
    ObjectNode wrong = subscribe(twin.client(), mine);
    assertRefused("forbidden", wrong);
    assertDone(subscribe(ann.client(), mine));
    assertRefused("forbidden", subscribe(node.hello("v" + Ids.fresh()).client(), token(LONG)));
    String foreign = token("o" + node.tenant, user, LONG, null);
    ObjectNode foreigns = subscribe(twin.client(), foreign);
    assertEquals(wrong.get("message"), foreigns.get("message"));
    assertRefused("unauthorized", subscribe(twin.client(), node.token(user, "subscribe:*")));
    assertRefused("unauthorized", subscribe(twin.client(), "nonsense"));

    assertRefused("unauthorized", refreshed(twin.client(), token(LONG)));
    ManualClient login = node.connect();
    GatewayFixture.sayHello(login, token(LONG), Map.of());
    assertEquals(4501, login.awaitClose().code());
    assertTrue(twin.client().isOpen());
  }

  @Test
  void whoMayReadAnywayNeedsNone() {
    ManualClient client = node.hello(user, "subscribe:topic:*").client();
    assertDone(subscribe(client, "nonsense"));
    for (int i = 0; i < 15; i++) {
      ObjectNode answer = subscribe(client, "nonsense" + i);
      assertDone(answer);
      assertFalse(answer.get("data").has("expiresIn"), answer.toString());
    }
  }

  @Test
  void whoTriesManyBadOnesWaits() {
    ManualClient client = node.hello(user).client();
    for (int i = 0; i < 10; i++) {
      assertRefused("unauthorized", subscribe(client, "nonsense" + i));
    }
    ObjectNode answer = subscribe(client, token(LONG));
    assertRefused("rate_limited", answer);
    assertTrue(answer.get("retryAfter").asLong() > 10_000, answer.toString());
  }

  @Test
  void aSessionHasOnlySoManyAndGivesThemBack() {
    Welcomed ann = node.hello(user);
    for (int i = 0; ; i++) {
      channel = ChannelName.topic("t" + i);
      ObjectNode answer = subscribe(ann.client(), token(LONG));
      if (answer.get("type").asText().equals("error")) {
        assertRefused("limit_exceeded", answer);
        assertTrue(i > 30 && i <= 64, "after " + i);
        break;
      }
    }
    assertTrue(grants(ann.session()).length() < 24_000, grants(ann.session()));
    String id = Ids.fresh();
    assertDone(
        ann.client().send("unsubscribe", Map.of("id", id, "channel", "topic:t3")).awaitAnswer(id));
    assertDone(subscribe(ann.client(), token(LONG)));
    assertRefused("forbidden", subscribe(ann.client(), ChannelName.topic("t3"), null));
  }

  @Test
  void manyAtOnceAreAllStored() {
    Welcomed ann = node.hello(user);
    int many = 20;
    for (int i = 0; i < many; i++) {
      channel = ChannelName.topic("t" + i);
      Map<String, Object> frame =
          Map.of("id", "s" + i, "channel", channel.toString(), "token", token(LONG));
      ann.client().send("subscribe", frame);
    }
    for (int i = 0; i < many; i++) {
      assertDone(ann.client().awaitAnswer("s" + i));
    }
    ann.client().cut();
    Welcomed again = other.hello(other.token(user), Map.of("resume", ann.session()));
    for (int i = 0; i < many; i++) {
      again.client().await("live", "topic:t" + i);
    }
  }

  /** What an older build, or other hands, left there. */
  @Test
  void aRecordThatIsNotReadableKeepsNobodyOut() {
    Welcomed ann = node.hello(user);
    assertDone(subscribe(ann.client(), token(LONG)));
    ann.client().cut();
    node.redis("HSET", Keys.session(node.tenant, ann.session()), "grants", "[{\"channel\":7}]");

    Welcomed again = node.hello(node.token(user), Map.of("resume", ann.session()));
    assertTrue(again.welcome().get("resumed").asBoolean());
    assertEnds(again.client());
    assertDone(subscribe(again.client(), token(LONG)));
  }
}
