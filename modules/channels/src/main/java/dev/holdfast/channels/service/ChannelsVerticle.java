package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Done;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.fanout.HintSender;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.ConsumerStore;
import dev.holdfast.channels.log.KnownReaders;
import dev.holdfast.channels.log.PageReader;
import dev.holdfast.channels.retained.Retained;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.channels.schemas.engine.Schemas;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.StreamNodes;
import dev.holdfast.tenants.TenantGate;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@link ChannelMessage}s from Redis, one instance per node. What one sender publishes to a
 * channel reaches Redis in the order sent. Holds nothing but numbers of hints; state is touched on
 * its own context only.
 */
public final class ChannelsVerticle extends VerticleBase
    implements ChannelMessage.Handler<Future<?>> {
  private static final long BEAT_MS = 1_000;

  private final Bus bus;
  private final HubVerticle hub;
  private final RedisConfig redis;
  private final ChannelsConfig config;
  private final SessionSubscriptions subscriptions;
  private final ChannelsMetrics metrics;
  private final MeterRegistry registry;
  private @Nullable RedisLink link;
  private @Nullable RedisLink pageLink;
  private @Nullable Serving<?> consumer;
  private @Nullable Serving<?> schemaConsumer;
  private @Nullable Function<String, RetainedLimits> limits;
  private @Nullable PublishRoom room;
  private TenantGate tenants = TenantGate.OPEN;
  private Uses uses = Uses.NONE;

  @SuppressWarnings("NullAway.Init")
  private ChannelStore store;

  @SuppressWarnings("NullAway.Init")
  private PageReader pages;

  @SuppressWarnings("NullAway.Init")
  private Consumers consumers;

  @SuppressWarnings("NullAway.Init")
  private Publishing publishing;

  /**
   * @param hub this node's
   */
  public ChannelsVerticle(
      HubVerticle hub,
      RedisConfig redis,
      ChannelsConfig config,
      ServiceClient sessions,
      MeterRegistry registry) {
    this.bus = hub.bus();
    this.hub = hub;
    this.redis = redis;
    this.config = config;
    this.subscriptions = new SessionSubscriptions(bus, sessions);
    this.metrics = new ChannelsMetrics(registry);
    this.registry = registry;
  }

  /**
   * Limits what tenants and users may retain; without it nothing is counted. Must be called before
   * the start.
   *
   * @param wanted returns the limits of a tenant
   */
  public ChannelsVerticle limitedBy(Function<String, RetainedLimits> wanted) {
    limits = wanted;
    return this;
  }

  /** Counts what tenants publish and retain. Must be called before the start. */
  public ChannelsVerticle counting(Uses wanted) {
    uses = wanted;
    return this;
  }

  /**
   * Refuses publications for tenants that may not work, whoever sends them. Must be called before
   * the start.
   */
  public ChannelsVerticle admitting(TenantGate gate) {
    tenants = gate;
    return this;
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "channels", registry)
        .onSuccess(opened -> link = opened)
        .compose(
            opened ->
                RedisLink.open(vertx, redis, "pages", registry)
                    .onSuccess(forPages -> pageLink = forPages)
                    .compose(forPages -> serve(opened, forPages)));
  }

  /**
   * Serves messages. Large answers have a link of their own, so that no publication waits behind
   * them.
   */
  private Future<?> serve(RedisLink forLogs, RedisLink forPages) {
    var known = new KnownReaders(hub.memory().readers(), hub::areOlder);
    store = new ChannelStore(forLogs, config).knowing(known).journaling(hub.node());
    pages = new PageReader(new ChannelStore(forPages, config), hub.memory().pages(), registry);
    StreamNodes.tune(forLogs);
    consumers = new Consumers(new ConsumerStore(forLogs), pages, new Arrivals(vertx, context, hub));
    var hints = new HintSender(hub, context);
    var given = new PublishRoom(store, retained(forLogs), uses);
    room = given;
    vertx.setPeriodic(BEAT_MS, timer -> beat(hints, given));
    var schemas = new Schemas(forPages);
    var deadReaders = new DeadReaders(store, hub::dead, metrics);
    publishing = new Publishing(store, given, schemas, hints, deadReaders, metrics);
    Serving<ChannelMessage<?>> served =
        bus.serve(ChannelMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    Serving<?> servedSchemas = schemas.serve(bus);
    schemaConsumer = servedSchemas;
    return Future.all(
        served.completion(),
        servedSchemas.completion(),
        forLogs.reserve().watch(),
        forPages.reserve().watch());
  }

  private @Nullable Retained retained(RedisLink forLogs) {
    Function<String, RetainedLimits> known = limits;
    return known == null
        ? null
        : new Retained(
            forLogs, hub.node().toString(), known, () -> hub.peers().size(), uses, registry);
  }

  private void beat(HintSender hints, PublishRoom given) {
    hints.peers(hub.peers());
    publishing.tick();
    hints.beat();
    given.tick();
  }

  @Override
  public Future<?> stop() {
    return silent(consumer)
        .eventually(() -> silent(schemaConsumer))
        .eventually(this::counted)
        .eventually(() -> closed(pageLink))
        .eventually(() -> closed(link));
  }

  private Future<?> counted() {
    return room == null ? Future.succeededFuture() : room.flush().otherwiseEmpty();
  }

  private static Future<Void> closed(@Nullable RedisLink opened) {
    return opened == null ? Future.succeededFuture() : opened.close();
  }

  private static Future<?> silent(@Nullable Serving<?> served) {
    return served == null ? Future.succeededFuture() : served.unregister();
  }

  @Override
  public Future<Published> publish(ChannelMessage.Publish message) {
    return publish(Batch.of(message));
  }

  @Override
  public Future<Published> publishKeyed(PublishKeyed message) {
    return publish(Batch.of(message));
  }

  /** What Holdfast itself writes is taken: a run that can't announce its end would never end. */
  private Future<Published> publish(Batch batch) {
    ErrorCode why =
        batch.isOfHoldfast() ? null : tenants.refusal(batch.channel().tenant()).orElse(null);
    return why == null ? publishing.publish(batch) : refused(why, "publish to " + batch.channel());
  }

  @Override
  public Future<Done> fence(ChannelMessage.Fence message) {
    Publisher publisher = Publisher.of(message.session());
    List<Future<Void>> fenced = new ArrayList<>(message.channels().size());
    for (ChannelName name : message.channels()) {
      fenced.add(store.fence(new Channel(message.session().tenant(), name), publisher));
    }
    return Future.join(fenced).map(all -> new Done());
  }

  @Override
  public Future<Page> history(ChannelMessage.History message) {
    Channel channel = message.channel();
    if (!Access.mayRead(message.caller(), null, channel)) {
      return Future.failedFuture(Access.refusal(message.caller(), "subscribe", channel.name()));
    }
    return pages.read(channel, message.after(), message.limit());
  }

  @Override
  public Future<Done> subscribeSession(ChannelMessage.SubscribeSession message) {
    if (!(message.caller() instanceof Caller.Service)
        || !Access.mayRead(message.caller(), null, message.channel())) {
      return refused(ErrorCode.FORBIDDEN, "subscribe a session to " + message.channel());
    }
    return store
        .interest(message.channel(), hub.node())
        .compose(
            now ->
                subscriptions.add(
                    message, message.earliest() ? new Position(now.epoch(), 0) : now));
  }

  @Override
  public Future<Done> unsubscribeSession(ChannelMessage.UnsubscribeSession message) {
    if (!(message.caller() instanceof Caller.Service)
        || !Access.mayRead(message.caller(), null, message.channel())) {
      return refused(ErrorCode.FORBIDDEN, "unsubscribe a session from " + message.channel());
    }
    return subscriptions.remove(message);
  }

  @Override
  public Future<?> consumer(ConsumerMessage<?> message) {
    return message.dispatch(consumers);
  }

  private static <T> Future<T> refused(ErrorCode code, String message) {
    return Future.failedFuture(new HoldfastException(code, message));
  }
}
