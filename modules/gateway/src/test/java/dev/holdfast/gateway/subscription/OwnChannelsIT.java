package dev.holdfast.gateway.subscription;

import static dev.holdfast.gateway.GatewayFixture.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.FrameSink;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.NewSession;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class OwnChannelsIT {
  private static final FrameSink NOBODY =
      new FrameSink() {
        @Override
        public boolean writable() {
          return true;
        }

        @Override
        public void send(EncodedFrame frame) {}
      };

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final Caller.User ann = new Caller.User("t" + Ids.fresh(), "ann", Set.of(), Set.of());
  private TestRedis redis;
  private OwnChannels channels;

  private record Answer(NewSession session, Thread thread) {}

  @BeforeEach
  void start(@OwnRedis TestRedis own) {
    redis = own;
    Bus bus = new Bus(vertx);
    NodeId node = new NodeId("n" + Ids.fresh(), 1);
    // A first connection of a JVM on a busy machine; the link does not break within the test.
    RedisConfig config =
        RedisConfig.of(own.uri())
            .withConnectTimeout(Duration.ofSeconds(10))
            .withCommandTimeout(Duration.ofSeconds(20));
    NodeInbox inbox = new NodeInbox(bus, node);
    var hub =
        new HubVerticle(bus, inbox, config, ChannelsConfig.DEFAULT, new SimpleMeterRegistry());
    get(vertx.deployVerticle(hub));
    get(inbox.open());
    hub.nodes(Set.of(node));
    channels = new OwnChannels(new Fanout(loop, hub), NOBODY);
  }

  @AfterEach
  void stop() {
    redis.resume();
    get(vertx.close());
  }

  private <T> T onLoop(Supplier<Future<T>> step) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(now -> step.get().onComplete(done));
    return get(done.future());
  }

  private Future<Answer> open() {
    return channels.open(ann).map(session -> new Answer(session, Thread.currentThread()));
  }

  /** The rest of the hello went on beside the event loop, on a thread of its own. */
  @Repeatedly
  void whatIsNotOpenInTimeIsGivenUpOnTheEventLoop() {
    Thread own = onLoop(() -> Future.succeededFuture(Thread.currentThread()));
    redis.pause();

    Answer answer = onLoop(this::open);

    assertSame(own, answer.thread());
    assertEquals(Map.of(), answer.session().first());
  }

  @Test
  void whatIsOpenInTimeHasItsFirstCursor() {
    assertEquals(2, onLoop(this::open).session().first().size());
  }
}
