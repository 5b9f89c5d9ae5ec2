package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.Access;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunSnapshot;
import dev.holdfast.runs.RunView;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Refreshes while it is asked whose a run is. The service of runs answers as each test wants. */
@ExtendWith(RedisExtension.class)
class RefreshedRunsIT {
  private static final String RUN = "run:r1";
  private static final String FIRST = "run:r0";

  private final Promise<Void> firstSnapshot = Promise.promise();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Supplier<Future<?>> whose = () -> failed(ErrorCode.NOT_FOUND);
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
    var served = node.bus.<RunMessage<?>>serve(RunMessage.ADDRESS, this::answer);
    GatewayFixture.get(served.completion());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private Future<?> answer(RunMessage<?> message) {
    if (message instanceof RunMessage.Snapshot snapshot) {
      return snapshot.run().equals("r0")
          ? firstSnapshot.future().compose(go -> snapshot(snapshot))
          : snapshot(snapshot);
    }
    asked.incrementAndGet();
    return whose.get();
  }

  /** Of another user's run. */
  private Future<?> snapshot(RunMessage.Snapshot asked) {
    ChannelName name = new ChannelName(ChannelName.Kind.RUN, asked.run());
    return Access.mayRead(asked.caller(), null, new Channel(node.tenant, name))
        ? Future.succeededFuture(new RunSnapshot(view(), null, null))
        : failed(ErrorCode.NOT_FOUND);
  }

  private RunView view() {
    return new RunView(
        node.tenant, "r1", "ann", "a", "th", "r", "running", false, null, null, 1, 1, 0);
  }

  private Future<?> itsOwn() {
    return Future.succeededFuture(view());
  }

  private static Future<?> failed(ErrorCode code) {
    return Future.failedFuture(new HoldfastException(code, "as the test wants"));
  }

  private static ManualClient subscribe(
      ManualClient client, String id, String channel, String from) {
    return client.send("subscribe", Map.of("id", id, "channel", channel, "from", from));
  }

  private static void assertDone(ObjectNode answer) {
    assertEquals("reply", answer.get("type").asText(), answer.toString());
  }

  private void refresh(ManualClient client, String... permissions) {
    String id = Ids.fresh();
    client.send("refresh", Map.of("id", id, "token", node.token("ann", permissions)));
    assertDone(client.awaitAnswer(id));
  }

  /** A user that reads the run by a permission. */
  private Welcomed reader() {
    Welcomed ann = node.hello("ann", "subscribe:" + RUN);
    assertDone(subscribe(ann.client(), "s", RUN, "latest").awaitAnswer("s"));
    ann.client().await("live", RUN);
    return ann;
  }

  private static String whyEnded(ManualClient client) {
    return client.await("unsubscribed", RUN).get("code").asText();
  }

  private boolean isStored(Welcomed session, String field) {
    String key = Keys.subscriptions(node.tenant, session.session());
    return node.redis("HEXISTS", key, field).asLong() == 1;
  }

  private void grant(Welcomed session, String channel) {
    Channel of = new Channel(node.tenant, ChannelName.parse(channel));
    GatewayFixture.get(
        node.channels.ask(
            new ChannelMessage.SubscribeSession(node.service, session.session(), of)));
  }

  private void assertReads(ManualClient client) {
    var item = new ChannelMessage.Item(0, "said", "1", true);
    Channel of = new Channel(node.tenant, ChannelName.parse(RUN));
    GatewayFixture.get(
        node.channels.ask(new ChannelMessage.Publish(node.service, null, of, null, List.of(item))));
    assertEquals("said", client.await("event", RUN).get("event").asText());
  }

  private static boolean hasEnded(ManualClient client) {
    return client.frames().stream()
        .anyMatch(frame -> frame.path("type").asText().equals("unsubscribed"));
  }

  /** The permission was looked up before the refresh, and the snapshot was asked for after it. */
  @Test
  void whatANewTokenPermitsIsNoGrantOfASnapshotThatWaited() {
    Welcomed ann = node.hello("ann");
    ManualClient client = ann.client();
    subscribe(client, "1", FIRST, "snapshot");
    subscribe(client, "2", RUN, "snapshot");
    refresh(client, "subscribe:" + RUN);
    firstSnapshot.complete();

    assertEquals("forbidden", client.awaitAnswer("1").path("code").asText());
    assertDone(client.awaitAnswer("2"));
    assertTrue(isStored(ann, RUN));
    assertFalse(isStored(ann, "+" + RUN));
    refresh(client);
    assertEquals("forbidden", whyEnded(client));
  }

  @Test
  void aRunOfItsOwnGoesOnThoughItsServiceFailsForAMoment() {
    ManualClient client = reader().client();
    whose = () -> asked.get() == 1 ? failed(ErrorCode.TIMEOUT) : itsOwn();

    refresh(client);
    await("asked again").until(() -> asked.get() == 2);

    assertReads(client);
    assertFalse(hasEnded(client));
  }

  @Test
  void aRunOfWhichNothingIsKnownEndsButStaysInTheSession() {
    Welcomed ann = reader();
    whose = () -> failed(ErrorCode.NO_SERVICE);
    refresh(ann.client());
    assertEquals("internal", whyEnded(ann.client()));

    whose = this::itsOwn;
    ann.client().cut();
    ManualClient again = node.hello(node.token("ann"), Map.of("resume", ann.session())).client();
    again.await("live", RUN);
    assertReads(again);
  }

  @Test
  void aRunOfWhichNothingIsKnownLeavesTheSessionIfItsClientWantsThat() {
    Welcomed ann = reader();
    whose = () -> failed(ErrorCode.NO_SERVICE);
    refresh(ann.client());
    assertEquals("internal", whyEnded(ann.client()));

    ann.client().send("unsubscribe", Map.of("id", "u", "channel", RUN));
    assertDone(ann.client().awaitAnswer("u"));
    assertFalse(isStored(ann, RUN));
  }

  /** What was asked before it ended the channel, and took the grant back. */
  @Test
  void aGrantThatComesWhileItIsAskedWhoseTheRunIsHolds() {
    Welcomed ann = reader();
    ManualClient client = ann.client();
    Promise<RunView> answer = Promise.promise();
    whose = answer::future;
    refresh(client);
    await("asked").until(() -> asked.get() == 1);

    grant(ann, RUN);
    grant(ann, "topic:next");
    client.await("live", "topic:next"); // so the notice before it was taken, too
    answer.fail(new HoldfastException(ErrorCode.NOT_FOUND, "not ann's"));

    refresh(client, "request:any");
    assertReads(client);
    assertFalse(hasEnded(client));
    assertTrue(isStored(ann, "+" + RUN));
  }
}
