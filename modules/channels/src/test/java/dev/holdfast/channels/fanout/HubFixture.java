package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.service.ChannelsVerticle;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One node's channels service, hub and one fan-out, with real Redis; and a way to append behind the
 * hub's back.
 */
public final class HubFixture implements AutoCloseable {
  public final Vertx vertx = Vertx.vertx();
  public final Bus bus = new Bus(vertx);
  public final NodeId node = new NodeId("n1", 1);
  public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  public final Channel channel =
      new Channel("t" + Ids.fresh().replace('-', 'x'), ChannelName.topic("news"));
  public final Caller.Service service = new Caller.Service("test", "1", Set.of("*"), Set.of());
  public final ServiceClient client = ServiceClient.local(bus, Duration.ofSeconds(5));
  public final HubVerticle hub;
  final Context loop = vertx.getOrCreateContext();
  public final Fanout fanout;
  public final RedisLink link;
  public final ChannelStore behind;
  private long n;

  public HubFixture(String redisUri, ChannelsConfig config) {
    this(RedisConfig.of(redisUri), config);
  }

  public HubFixture(RedisConfig server, ChannelsConfig config) {
    this(server, server, config);
  }

  /**
   * @param forService the address of Redis at which the channels service finds it
   */
  public HubFixture(RedisConfig server, RedisConfig forService, ChannelsConfig config) {
    RedisConfig redis = server.withConnectTimeout(Duration.ofSeconds(20));
    RedisConfig other = forService.withConnectTimeout(Duration.ofSeconds(20));
    NodeInbox inbox = new NodeInbox(bus, node);
    hub = new HubVerticle(bus, inbox, redis, config, registry);
    Await.get(vertx.deployVerticle(hub));
    Await.get(hub.openInbox());
    ServiceClient sessions = ServiceClient.local(bus, Duration.ofSeconds(5));
    Await.get(vertx.deployVerticle(new ChannelsVerticle(hub, other, config, sessions, registry)));
    fanout = new Fanout(loop, hub);
    link = Await.get(RedisLink.open(vertx, redis, "test", registry));
    behind = new ChannelStore(link, config);
  }

  public Subscription open(Start start, FrameSink sink) {
    return onLoop(() -> fanout.open(channel, start, sink));
  }

  public void start(Subscription subscription) {
    onLoop(
        () -> {
          subscription.start();
          return Future.succeededFuture();
        });
  }

  public Subscription read(Start start, FrameSink sink) {
    Subscription subscription = open(start, sink);
    start(subscription);
    return subscription;
  }

  <T> T onLoop(Supplier<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    loop.runOnContext(now -> action.get().onComplete(promise));
    return Await.get(promise.future());
  }

  /** Publishes through the service: with hints. */
  public Result publish() {
    return Await.get(ask(++n)).results().get(0);
  }

  /** Publishes, or publishes again, what has this number. */
  Future<ChannelMessage.Published> ask(long number) {
    var item = new Item(number, "e", "{\"n\":" + number + "}", false);
    var publisher = new Publisher("p-1", 1);
    return client.ask(new ChannelMessage.Publish(service, null, channel, publisher, List.of(item)));
  }

  /** Appends to the log without a hint: as if it was lost. */
  void publishUnnoticed() {
    n++;
    Await.get(behind.append(channel, new Publisher("p-1", 1), n, ("\"n\":" + n).getBytes()));
  }

  public double count(String name) {
    return registry.find(name).counters().stream().mapToDouble(counter -> counter.count()).sum();
  }

  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
