package dev.holdfast.channels.service;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.RedisConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** One node's channels service, which holds its tenants to what they may retain. */
final class RetainedNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final NodeId node = new NodeId("n" + Ids.fresh(), 1);
  private final ServiceClient client;

  RetainedNode(String redisUri, ChannelsConfig config, Function<String, RetainedLimits> limits) {
    RedisConfig redis = RedisConfig.of(redisUri).withConnectTimeout(Duration.ofSeconds(20));
    Bus bus = new Bus(vertx);
    NodeInbox inbox = new NodeInbox(bus, node);
    HubVerticle hub = new HubVerticle(bus, inbox, redis, config, registry);
    Await.get(vertx.deployVerticle(hub));
    Await.get(inbox.open());
    ServiceClient sessions = ServiceClient.local(bus, PATIENCE);
    Await.get(
        vertx.deployVerticle(
            new ChannelsVerticle(hub, redis, config, sessions, registry).limitedBy(limits)));
    client = ServiceClient.local(bus, PATIENCE);
  }

  /** By a publisher of its own, so that no refusal is in the way of the next. */
  Future<Result> publish(Channel channel, Caller caller, int size) {
    return publish(channel, caller, "x".repeat(size));
  }

  Future<Result> publish(Channel channel, Caller caller, String text) {
    return publish(null, channel, caller, text);
  }

  /**
   * @param session that publishes; null: none
   */
  Future<Result> publish(String session, Channel channel, Caller caller, String text) {
    var publisher = new Publisher("p-" + Ids.fresh(), 1);
    String data = "\"" + text + "\"";
    var items = List.of(new Item(1, "e", data, false));
    return client
        .ask(new ChannelMessage.Publish(caller, session, channel, publisher, items))
        .map(published -> published.results().get(0));
  }

  Future<Result> publishKeyed(Channel channel, Caller caller) {
    var entries = List.of(new PublishKeyed.Entry(Ids.fresh(), "e", "1", false));
    return client
        .ask(new PublishKeyed(caller, channel, entries))
        .map(published -> published.results().get(0));
  }

  static Caller user(String tenant, String user) {
    return new Caller.User(tenant, user, Set.of(), Set.of("publish:*"));
  }

  double count(String name) {
    return registry.counter(name).count();
  }

  /** As it ends in good order. */
  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
