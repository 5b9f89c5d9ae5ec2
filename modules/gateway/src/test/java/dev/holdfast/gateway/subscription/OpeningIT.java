package dev.holdfast.gateway.subscription;

import static dev.holdfast.gateway.GatewayFixture.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.auth.Verified;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.FrameSink;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.fanout.Start;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.limits.Limiter;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Channels of a real log; of the session's record it is only noted what is to be stored. */
@ExtendWith(RedisExtension.class)
class OpeningIT {
  private static final ChannelName GRANTED = ChannelName.topic("granted");
  private static final ChannelName OTHER = ChannelName.topic("other");
  private static final long GENERATION = 3;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final Context loop = vertx.getOrCreateContext();
  private final Promise<Void> gate = Promise.promise();

  /** The generation with which each channel was to be stored; 0: as granted. */
  private final Map<ChannelName, Long> stored = new ConcurrentHashMap<>();

  private Readings readings;
  private Opening opening;

  @BeforeEach
  void start(TestRedis redis) {
    NodeId node = new NodeId("n" + Ids.fresh(), 1);
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(10));
    NodeInbox inbox = new NodeInbox(bus, node);
    var hub =
        new HubVerticle(bus, inbox, config, ChannelsConfig.DEFAULT, new SimpleMeterRegistry());
    get(vertx.deployVerticle(hub));
    get(inbox.open());
    hub.nodes(Set.of(node));
    get(bus.serve(SessionMessage.ADDRESS, this::store).completion());
    open(new Fanout(loop, hub));
  }

  private void open(Fanout fanout) {
    var ann = new Caller.User("t" + Ids.fresh(), "ann", Set.of(), Set.of());
    var ref = new SessionRef(ann.tenant(), "s1", GENERATION);
    var session = new ClientSession(ref, new Verified(ann, "", 0, 0, null, "d"), true, more -> {});
    var client = new Quiet();
    readings = new Readings(session, client, Limiter.UNLIMITED, loop);
    var sessions = ServiceClient.local(bus, Duration.ofSeconds(10));
    opening =
        new Opening(
            vertx,
            session,
            client,
            readings,
            new SubscriptionRecord(sessions, ref, readings::isClosed),
            (channel, start) ->
                gate.future().compose(go -> fanout.open(channel, start, new Quiet())));
  }

  @AfterEach
  void stop() {
    get(vertx.close());
  }

  private Future<?> store(SessionMessage.Subscribe message) {
    long generation = message.session().generation();
    message.cursors().keySet().forEach(name -> stored.put(name, generation));
    return Future.succeededFuture(new Answer.Done());
  }

  /** A client that is sent nothing. */
  private static final class Quiet implements ClientLink, FrameSink {
    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void send(EncodedFrame frame) {}

    @Override
    public void refuse(String id, HoldfastException failure, long retryAfter, long expected) {}

    @Override
    public void report(String id, HoldfastException failure) {}

    @Override
    public void fail(Throwable failure) {}
  }

  /** All of its batch was granted, too: for good, and without anybody's permission. */
  @Test
  void whatIsGrantedWhileItOpensIsStoredAsGrantedAlone() {
    loop.runOnContext(
        on -> {
          Reading granted = readings.add(new Reading(GRANTED, Start.latest(), false));
          opening.add(granted);
          opening.add(readings.add(new Reading(OTHER, Start.latest(), false)));
          opening.next();
          granted.granted();
          gate.complete();
        });

    await().until(() -> stored.size() == 2);
    assertEquals(Map.of(GRANTED, 0L, OTHER, GENERATION), stored);
  }
}
