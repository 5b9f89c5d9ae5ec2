package dev.holdfast.runs.service;

import dev.holdfast.agui.Json;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.fanout.HubVerticle;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.service.ChannelsVerticle;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.RunsConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** One node's runs service on a bus of its own, as tests want it, and a random tenant. */
public final class ServiceNode implements AutoCloseable {
  /** An agent whose workers are lost soon. */
  static final String BRIEF = "brief";

  /** Longer than a process stands still on a machine that is busy. */
  private static final int BRIEF_S = 3;

  public final Vertx vertx = Vertx.vertx();
  public final Bus bus = new Bus(vertx);
  public final ServiceClient client = ServiceClient.local(bus, Duration.ofSeconds(10));
  public final String tenant = "t" + Ids.fresh().replace('-', 'x');
  public final Caller.User ann = user("ann");
  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final RedisConfig redis;
  private final RunsConfig config;
  private String deployed;

  ServiceNode(String uri) {
    this(uri, config());
  }

  public ServiceNode(String uri, RunsConfig config) {
    this.config = config;
    redis = RedisConfig.of(uri).withConnectTimeout(Duration.ofSeconds(20));
    NodeInbox inbox = new NodeInbox(bus, new NodeId("n" + Ids.fresh(), 1));
    HubVerticle hub = new HubVerticle(bus, inbox, redis, ChannelsConfig.DEFAULT, meters);
    Await.get(vertx.deployVerticle(hub));
    Await.get(inbox.open());
    Await.get(
        vertx.deployVerticle(
            new ChannelsVerticle(hub, redis, ChannelsConfig.DEFAULT, client, meters)));
    deploy();
  }

  void deploy() {
    deploy(new RunsVerticle(bus, redis, config, meters));
  }

  /** Starts the service again, as a node whose share of the sweep is nothing. */
  void deployWithoutShare() {
    deploy(new RunsVerticle(bus, redis, config, meters).sharedBy(count -> List.of()));
  }

  /** Starts the service again, as a node that has none. */
  void deployDisabled() {
    deploy(new RunsVerticle(bus, redis, TestConfig.with(Map.of("enabled", false)), meters));
  }

  private void deploy(RunsVerticle verticle) {
    deployed = Await.get(vertx.deployVerticle(verticle));
  }

  void undeploy() {
    Await.get(vertx.undeploy(deployed));
  }

  private static RunsConfig config() {
    Duration brief = Duration.ofSeconds(BRIEF_S);
    RunLimits limits =
        new RunLimits(brief, brief, Duration.ofMinutes(1), Duration.ofMinutes(1), brief, 2);
    return TestConfig.with(
        Map.of(
            "userRuns",
            20,
            "startsPerMinute",
            1_000,
            "agents",
            Map.of(BRIEF, AgentConfig.of(limits))));
  }

  Caller.User user(String name) {
    return new Caller.User(tenant, name, Set.of(), Set.of("run:researcher", "run:brief"));
  }

  public Caller.Service service() {
    return new Caller.Service("agents", Ids.fresh(), Set.of(tenant), Set.of());
  }

  RunMessage.Start start(Caller caller, String agent, String thread) {
    String run = Ids.fresh();
    String input =
        Json.text(
            Json.object().put("threadId", thread).put("runId", run).set("messages", Json.array()));
    return new RunMessage.Start(caller, tenant, null, agent, thread, run, input, false, null);
  }

  RunView started(String agent, String thread) {
    return Await.get(client.ask(start(ann, agent, thread)));
  }

  public RunView get(RunView run) {
    return Await.get(client.ask(new RunMessage.Get(ann, tenant, run.run())));
  }

  public RunView ended(RunView run) {
    Await.until("it has ended", () -> get(run).state().equals("ended"));
    return get(run);
  }

  RunWorker worker(String agent, Function<WorkerRun, Future<Void>> handler) {
    return new RunWorker(bus, service(), agent, 4).start(handler);
  }

  public List<Publication> log(RunView run) {
    return Await.get(
            client.ask(
                new ChannelMessage.History(
                    service(), new Channel(tenant, run.channel()), null, 1_000)))
        .publications();
  }

  public String text(RunView run) {
    StringBuilder text = new StringBuilder();
    for (Publication one : log(run)) {
      text.append(Json.parse(one.data()).path("delta").asText(""));
    }
    return text.toString();
  }

  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
