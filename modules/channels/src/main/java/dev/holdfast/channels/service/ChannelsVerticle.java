package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Done;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.fanout.HintSender;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelStore.Appended;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.ConsumerStore;
import dev.holdfast.channels.log.PageReader;
import dev.holdfast.channels.retained.Retained;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.channels.schemas.engine.Schemas;
import dev.holdfast.channels.schemas.engine.TenantSchemas;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.StreamNodes;
import dev.holdfast.sessions.SessionsClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

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
  private RedisLink link;
  private RedisLink pageLink;
  private ChannelStore store;
  private HintSender hints;
  private PageReader pages;
  private Consumers consumers;
  private Schemas schemas;
  private Serving<?> consumer;
  private Serving<?> schemaConsumer;
  private Function<String, RetainedLimits> limits;
  private PublishRoom room;

  /**
   * @param hub this node's
   */
  public ChannelsVerticle(
      HubVerticle hub,
      RedisConfig redis,
      ChannelsConfig config,
      SessionsClient sessions,
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
   * @param wanted what a tenant and its users may retain; before the start. Without, nothing is
   *     counted
   */
  public ChannelsVerticle limitedBy(Function<String, RetainedLimits> wanted) {
    limits = wanted;
    return this;
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "channels", registry)
        .onSuccess(opened -> link = opened)
        .compose(opened -> RedisLink.open(vertx, redis, "pages", registry))
        .compose(this::serve);
  }

  /** What answers with much has a link of its own: no publication waits behind it. */
  private Future<?> serve(RedisLink forPages) {
    pageLink = forPages;
    store = new ChannelStore(link, config);
    hints = new HintSender(hub, context);
    room = new PublishRoom(store, limits == null ? null : retained());
    pages = new PageReader(new ChannelStore(pageLink, config), hub.memory().pages(), registry);
    StreamNodes.tune(link);
    consumers = new Consumers(new ConsumerStore(link), pages, new Arrivals(vertx, context, hub));
    vertx.setPeriodic(BEAT_MS, timer -> beat());
    Serving<ChannelMessage<?>> served =
        bus.serve(ChannelMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    schemas = new Schemas(pageLink);
    schemaConsumer = schemas.serve(bus);
    return Future.all(
        consumer.completion(),
        schemaConsumer.completion(),
        link.reserve().watch(),
        pageLink.reserve().watch());
  }

  private Retained retained() {
    return new Retained(link, hub.node().toString(), limits, () -> hub.peers().size(), registry);
  }

  private void beat() {
    hints.peers(hub.peers());
    hints.beat();
    room.tick();
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

  private static Future<Void> closed(RedisLink opened) {
    return opened == null ? Future.succeededFuture() : opened.close();
  }

  private static Future<?> silent(Serving<?> served) {
    return served == null ? Future.succeededFuture() : served.unregister();
  }

  @Override
  public Future<Published> publish(ChannelMessage.Publish message) {
    if (!Access.mayPublish(message.caller(), message.session(), message.channel())) {
      return mayNot(message.caller(), "publish", message.channel());
    }
    return withSchemas(
        message.channel(), known -> room.with(message, inRoom -> items(message, known, inRoom)));
  }

  private Future<Published> items(
      ChannelMessage.Publish message, TenantSchemas known, ChannelStore inRoom) {
    List<Future<Result>> results = new ArrayList<>(message.items().size());
    for (Item item : message.items()) {
      results.add(one(message, item, known, inRoom).recover(this::named));
    }
    return Future.join(results).map(all -> new Published(all.list()));
  }

  private Future<Result> one(
      ChannelMessage.Publish message, Item item, TenantSchemas known, ChannelStore inRoom) {
    if (message.caller() instanceof Caller.Service && !JsonText.isValue(item.data())) {
      return refused(ErrorCode.BAD_REQUEST, "data: not one JSON value");
    }
    String fault = fault(message.channel(), item.event(), item.data(), known);
    if (fault != null) {
      return misfit(fault);
    }
    byte[] body = ServerFrames.body(item.event(), item.data(), message.caller());
    Channel channel = message.channel();
    Future<Appended> appended =
        item.isVolatile() ? store.volatileNodes(channel) : stored(message, item.n(), body, inRoom);
    return appended.map(answer -> published(channel, answer, body));
  }

  private static Future<Appended> stored(
      ChannelMessage.Publish message, long n, byte[] body, ChannelStore inRoom) {
    Channel channel = message.channel();
    Publisher publisher = message.publisher();
    return publisher.isNamedByCaller()
        ? inRoom.appendNamed(message.caller(), channel, publisher, n, body)
        : inRoom.append(channel, publisher, n, body);
  }

  @Override
  public Future<Published> publishKeyed(PublishKeyed message) {
    if (!Access.mayPublish(message.caller(), null, message.channel())) {
      return mayNot(message.caller(), "publish", message.channel());
    }
    return withSchemas(
        message.channel(), known -> room.with(message, inRoom -> entries(message, known, inRoom)));
  }

  private Future<Published> entries(
      PublishKeyed message, TenantSchemas known, ChannelStore inRoom) {
    List<Future<Result>> results = new ArrayList<>(message.entries().size());
    for (PublishKeyed.Entry entry : message.entries()) {
      results.add(keyed(message, entry, known, inRoom).recover(this::named));
    }
    return Future.join(results).map(all -> new Published(all.list()));
  }

  private Future<Result> keyed(
      PublishKeyed message, PublishKeyed.Entry entry, TenantSchemas known, ChannelStore inRoom) {
    if (!JsonText.isValue(entry.data())) {
      return refused(ErrorCode.BAD_REQUEST, "data: not one JSON value");
    }
    String fault = fault(message.channel(), entry.event(), entry.data(), known);
    if (fault != null) {
      return misfit(fault);
    }
    byte[] body = ServerFrames.body(entry.event(), entry.data(), message.caller());
    Channel channel = message.channel();
    Future<Appended> appended =
        entry.isVolatile()
            ? store.volatileNodes(channel)
            : inRoom.appendKeyed(message.caller(), channel, entry, body);
    return appended.map(answer -> published(channel, answer, body));
  }

  /** Before the first publication of a tenant its schemas are read; those behind it wait, too. */
  private Future<Published> withSchemas(
      Channel channel, Function<TenantSchemas, Future<Published>> append) {
    TenantSchemas known = schemas.known(channel.tenant());
    return known != null ? append.apply(known) : schemas.load(channel.tenant()).compose(append);
  }

  /** What is published in system channels is Holdfast's own and its services' affair. */
  private static String fault(Channel channel, String event, String data, TenantSchemas known) {
    return channel.name().kind() == Kind.SYSTEM ? null : known.fault(event, data);
  }

  private static <T> Future<T> misfit(String fault) {
    return Future.failedFuture(HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, fault));
  }

  private Result published(Channel channel, Appended answer, byte[] body) {
    Result result = answer.result();
    metrics.published(result);
    room.changed(channel, answer.changes());
    if (result.refused() == null && !result.duplicate()) {
      boolean stored = result.position() != null;
      String epoch = stored ? result.position().epoch() : "";
      long seq = stored ? result.position().seq() : 0;
      hints.hint(answer.nodes(), new Hint(channel, epoch, seq, answer.at(), body));
    }
    return result;
  }

  private Future<Result> named(Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    Result result = Result.refused(named.code(), named.publicMessage());
    metrics.published(result);
    return Future.succeededFuture(result);
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
      return mayNot(message.caller(), "subscribe", channel);
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
        .compose(position -> subscriptions.add(message, position));
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

  private static <T> Future<T> mayNot(Caller caller, String verb, Channel channel) {
    return Future.failedFuture(Access.refusal(caller, verb, channel.name()));
  }

  private static <T> Future<T> refused(ErrorCode code, String message) {
    return Future.failedFuture(new HoldfastException(code, message));
  }
}
