package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkMessage.Work;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs whose worker dies, which nobody reads and nobody asks for, come to their end by themselves,
 * though a node dies too: by name, once, and in time.
 */
@EnabledIfSystemProperty(named = "holdfast.repeat", matches = "[0-9]+")
@ExtendWith(ClusterExtension.class)
class LeftAloneIT {
  private static final int RUNS = 24;
  private static final Duration LEASE = Duration.ofSeconds(3);

  /**
   * After the lease: a run of the dead node's share is found within 10 s; one that it was just
   * about to look at comes up again 10 s later. The rest is the machine's.
   */
  private static final Duration FOUND = Duration.ofSeconds(25);

  private static final List<String> HALF =
      List.of(
          "{\"type\":\"RUN_STARTED\",\"threadId\":\"th\",\"runId\":\"r\"}",
          "{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m1\",\"role\":\"assistant\"}",
          "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m1\",\"delta\":\"and then\"}");

  private static TestCluster cluster;
  private static BusService service;
  private static ServiceClient client;

  private final String tenant = "t-" + Ids.fresh();
  private final Caller.Service caller =
      new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());

  @BeforeAll
  static void start() {
    Map<String, Object> agent =
        Map.of("lease", LEASE.toSeconds() + "s", "queue", "6s", "attempts", 2);
    cluster = TestCluster.start(ClusterOptions.of(2).with("runs.agents", Map.of("mortal", agent)));
    service = BusService.join(cluster, "shop");
    client = new ServiceClient(service.bus(), Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() {
    service.close();
    cluster.close();
  }

  private static <A> A ask(ServiceMessage<A> message) {
    try {
      return client
          .ask(message)
          .toCompletionStage()
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private List<RunView> started() {
    List<RunView> runs = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      String input = "{\"threadId\":\"th\",\"runId\":\"r\",\"messages\":[]}";
      runs.add(
          ask(
              new RunMessage.Start(
                  caller, tenant, "user" + i, "mortal", "th", "r", input, false, null)));
    }
    return runs;
  }

  /** A worker has all of them, and writes half a text of every second one. Then it is no more. */
  private void claimAndDie() {
    int had = 0;
    List<Work> some = claimed();
    while (had < RUNS && !some.isEmpty()) {
      for (Work work : some) {
        if (had++ % 2 == 0) {
          ask(
              new WorkMessage.Events(
                  caller, tenant, work.run().run(), work.generation(), work.next(), HALF));
        }
      }
      some = claimed();
    }
  }

  private List<Work> claimed() {
    return ask(new WorkMessage.Claim(caller, "mortal", "w1", 1_000, 4)).all();
  }

  /** Nobody asks the service for them meanwhile, which might wake it. */
  private void awaitNoneActive(Duration most) {
    Awaitility.await("no run is left")
        .atMost(most)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> "0".equals(cluster.redis().call("ZCARD", Keys.activeRuns(tenant, null))));
  }

  private void assertEachEndedOnce(List<RunView> runs) {
    int lost = 0;
    for (RunView run : runs) {
      RunView ended = ask(new RunMessage.Get(caller, tenant, run.run()));
      assertEquals("ended error", ended.state() + " " + ended.outcome(), ended::toString);
      List<String> types =
          ask(new ChannelMessage.History(caller, new Channel(tenant, run.channel()), null, 1_000))
              .publications()
              .stream()
              .map(Publication::event)
              .toList();
      assertEquals("RUN_ERROR", types.get(types.size() - 1));
      assertEquals(1, types.stream().filter("RUN_ERROR"::equals).count());
      boolean begun = types.contains("TEXT_MESSAGE_CONTENT");
      // On a slow machine the worker gets some of them again before it dies, and loses them twice.
      boolean lostTwice = ended.attempt() > 1;
      assertEquals(begun || lostTwice ? "worker_lost" : "no_worker", ended.code(), ended::toString);
      lost += begun ? 1 : 0;
    }
    assertTrue(lost > 0, "none had begun");
  }

  /** The share of the dead node's sweep is the other's then. */
  @Repeatedly
  void theirNodeIsKilledToo() {
    List<RunView> runs = started();
    claimAndDie();
    cluster.node(1).kill();
    try {
      // Those that had not begun wait in the queue again, for as long as a run may.
      awaitNoneActive(LEASE.plus(LEASE).plus(LEASE).plus(FOUND));
      assertEachEndedOnce(runs);
    } finally {
      cluster.startAll();
    }
  }

  /** They come to their end by what Redis has of them alone. */
  @Repeatedly
  void allNodesAreKilled() {
    List<RunView> runs = started();
    claimAndDie();
    cluster.killAll();
    cluster.startAll();
    awaitNoneActive(LEASE.plus(LEASE).plus(LEASE).plus(FOUND));
    assertEachEndedOnce(runs);
  }
}
