package dev.holdfast.runs.ingest;

import dev.holdfast.agui.Json;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.schemas.SchemaMessage;
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
import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.ingest.Ingest.Batch;
import dev.holdfast.runs.ingest.Ingest.Taken;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.runs.service.Sweeping;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** One node that takes events of runs, with a channels service of its own, as tests want it. */
public final class RunsNode implements AutoCloseable {
  private static final Caller SERVICE = new Caller.Service("test", "1", Set.of("*"), Set.of());

  public final Stores stores;
  public final Ingest ingest;
  private final ServiceClient client;
  final MeterRegistry meters = new SimpleMeterRegistry();

  public RunsNode(String redis) {
    this(redis, RunsConfig.DEFAULTS);
  }

  public RunsNode(String redis, RunsConfig config) {
    stores = new Stores(redis, config);
    RedisConfig at = RedisConfig.of(redis).withConnectTimeout(Duration.ofSeconds(20));
    Bus bus = new Bus(stores.vertx);
    NodeInbox inbox = new NodeInbox(bus, new NodeId("n" + Ids.fresh(), 1));
    HubVerticle hub = new HubVerticle(bus, inbox, at, ChannelsConfig.DEFAULT, meters);
    Await.get(stores.vertx.deployVerticle(hub));
    Await.get(inbox.open());
    client = ServiceClient.local(bus, Duration.ofSeconds(15));
    Await.get(
        stores.vertx.deployVerticle(
            new ChannelsVerticle(hub, at, ChannelsConfig.DEFAULT, client, meters)));
    ingest =
        stores.on(
            () ->
                Future.succeededFuture(
                    new Ingest(stores.vertx, stores.records, config, client, meters)));
  }

  public Future<Taken> take(RunStore.Claimed run, long n, String... events) {
    return take(run.run().key(), run.run().generation(), n, events);
  }

  public Future<Taken> take(RunKey run, long generation, long n, String... events) {
    return stores.ask(() -> ingest.take(new Batch(run, generation, n, List.of(events), null)));
  }

  public Taken taken(RunStore.Claimed run, long n, String... events) {
    return Await.get(take(run, n, events));
  }

  /** A run that a worker has and that has begun; its next number is 2. */
  public RunStore.Claimed begun(RunLimits limits) {
    RunStore.Claimed run = stores.running(limits);
    taken(run, 1, Events.started(run.run()));
    return run;
  }

  public List<Publication> log(RunKey run) {
    return log(run.channel());
  }

  /** The owner's events. */
  public List<Publication> ownerEvents(RunKey run) {
    return log(new Channel(run.tenant(), ChannelName.user("ann")));
  }

  public List<Publication> log(Channel channel) {
    return Await.get(client.ask(new ChannelMessage.History(SERVICE, channel, null, 1_000)))
        .publications();
  }

  public List<String> types(RunKey run) {
    return log(run).stream().map(Publication::event).toList();
  }

  /** The text that a reader of the log has of a message. */
  public String text(RunKey run, String message) {
    StringBuilder text = new StringBuilder();
    for (Publication one : log(run)) {
      var data = Json.parse(one.data());
      if (one.event().equals("TEXT_MESSAGE_CONTENT")
          && data.path("messageId").asText().equals(message)) {
        text.append(data.path("delta").asText());
      }
    }
    return text.toString();
  }

  public void register(SchemaMessage.Register message) {
    Await.get(client.ask(message));
  }

  public Sweeping sweeping() {
    return new Sweeping(stores.records, ingest.finishing(), meters);
  }

  public Future<?> publish(ChannelMessage.Publish message) {
    return client.ask(message);
  }

  @Override
  public void close() {
    stores.close();
  }
}
