package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.app.cluster.BusService;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many runs at a time, while their nodes are stopped and killed: by {@code -Dholdfast.runs=200},
 * too long for every build.
 */
@ExtendWith(ClusterExtension.class)
@EnabledIfSystemProperty(named = "holdfast.runs", matches = "[0-9]+")
class ManyRunsIT {
  /** A tenant may have 200 at a time, and a user 5. */
  private static final int RUNS = Integer.getInteger("holdfast.runs", 40);

  private static final int OF_A_USER = 5;
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final long TYPES_MS = 200;
  private static final String BRIEF = "brief";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TestCluster cluster;
  private static BusService service;
  private static ServiceClient client;

  private final String tenant = "t-" + Ids.fresh();
  private final Caller.Service caller =
      new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());
  private final Map<String, StringBuilder> written = new ConcurrentHashMap<>();
  private volatile boolean enough;

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.start(
            ClusterOptions.of(2).with("runs.agents", Map.of(BRIEF, Map.of("queue", "2s"))));
    service = BusService.join(cluster, "shop");
    client = new ServiceClient(service.bus(), Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() {
    service.close();
    cluster.close();
  }

  private List<RunView> started(String agent) {
    List<Future<RunView>> all = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      String user = "user" + i / OF_A_USER;
      String input = "{\"threadId\":\"th%d\",\"runId\":\"r\",\"messages\":[]}".formatted(i);
      all.add(
          client.ask(
              new RunMessage.Start(
                  caller, tenant, user, agent, "th" + i, "r", input, false, null)));
    }
    return all.stream().map(ManyRunsIT::await).toList();
  }

  private RunView get(RunView run) {
    return await(client.ask(new RunMessage.Get(caller, tenant, run.run())));
  }

  private static <T> T await(Future<T> asked) {
    try {
      return asked.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private RunView ended(RunView run) {
    Awaitility.await("it has ended")
        .atMost(TIMEOUT)
        .ignoreExceptions()
        .until(() -> get(run).state().equals("ended"));
    return get(run);
  }

  private List<Publication> log(RunView run) {
    var history =
        new ChannelMessage.History(caller, new Channel(tenant, run.channel()), null, 1_000);
    return await(client.ask(history)).publications();
  }

  private static String text(List<Publication> log) {
    StringBuilder text = new StringBuilder();
    for (Publication one : log) {
      try {
        text.append(JSON.readTree(one.data()).path("delta").asText(""));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return text.toString();
  }

  private Future<Void> write(WorkerRun run) {
    run.send(
        "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
            .formatted(run.run().threadId(), run.run().runId()));
    run.send("{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m1\",\"role\":\"assistant\"}");
    Promise<Void> all = Promise.promise();
    type(run, 0, all);
    return all.future()
        .compose(done -> run.send("{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":\"m1\"}"));
  }

  private void type(WorkerRun run, int n, Promise<Void> all) {
    if (enough) {
      all.complete();
      return;
    }
    String word = n + "é ";
    written.computeIfAbsent(run.run().run(), fresh -> new StringBuilder()).append(word);
    run.send(
            "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m1\",\"delta\":\"%s\"}"
                .formatted(word))
        .onFailure(all::tryFail);
    service.bus().vertx().setTimer(TYPES_MS, timer -> type(run, n + 1, all));
  }

  private void awaitAllBegun() {
    Awaitility.await("all have begun").atMost(TIMEOUT).until(() -> written.size() == RUNS);
  }

  /** As a deployment does it: each node is ready again before the next one stops. */
  @Repeatedly
  void theNodesAreRestartedOneAfterTheOther() {
    RunWorker worker = new RunWorker(service.bus(), caller, "writer", RUNS).start(this::write);
    List<RunView> runs = started("writer");
    awaitAllBegun();
    for (TestNode node : cluster.nodes()) {
      node.stop();
      node.start();
      cluster.awaitReady();
    }
    enough = true;
    for (RunView run : runs) {
      assertEquals("success", ended(run).outcome());
      assertEquals(written.get(run.run()).toString(), text(log(run)));
    }
    await(worker.stop());
  }

  /** No worker takes them, so all are to be ended at once; each is, by name and once. */
  @Repeatedly
  void aNodeThatSweepsIsKilledMeanwhile() {
    List<RunView> runs = started(BRIEF);
    Awaitility.await("the sweep has begun")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> runs.stream().limit(3).anyMatch(run -> !get(run).state().equals("queued")));
    cluster.node(1).kill();
    for (RunView run : runs) {
      assertEquals("no_worker", ended(run).code());
      List<String> types = log(run).stream().map(Publication::event).toList();
      assertEquals("RUN_ERROR", types.get(types.size() - 1));
      assertEquals(1, types.stream().filter("RUN_ERROR"::equals).count());
    }
    cluster.startAll();
  }
}
