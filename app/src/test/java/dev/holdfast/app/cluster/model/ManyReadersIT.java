package dev.holdfast.app.cluster.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.ClientOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One run that many read, by {@code -Dholdfast.readers=1000}: from its beginning, or from a
 * snapshot, each from another moment on, some of them cut off. All have the same.
 */
@ExtendWith(ClusterExtension.class)
class ManyReadersIT {
  private static final int READERS = Integer.getInteger("holdfast.readers", 60);

  /** Connections that are opened at a time. */
  private static final int AT_ONCE = 20;

  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final long TYPES_MS = 30;

  private final Random random = new Random(READERS);
  private volatile boolean enough;

  @Repeatedly
  void allHaveWhatItsWorkerWrote() throws Exception {
    var options = ClusterOptions.of(2).with("runs.limits.longest", "10m");
    try (TestCluster cluster = TestCluster.start(options);
        BusService service = BusService.join(cluster, "shop")) {
      String tenant = "t-" + Ids.fresh();
      var me = new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());
      RunPaper paper = new RunPaper("ann", "th", "r1", "writer", Busy.REJECT, random);
      StringBuilder written = new StringBuilder();
      RunWorker worker =
          new RunWorker(service.bus(), me, "writer", 1).start(run -> write(service, run, written));
      RunAsker asker = new RunAsker(service);
      paper.started(
          asker.ask(
              new RunMessage.Start(
                  me, tenant, "ann", "writer", "th", "r1", paper.input(), false, null)));
      List<RunPage> pages = join(cluster, tenant, paper);
      enough = true;
      Awaitility.await("all have the end")
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> pages.stream().allMatch(page -> page.hasEnd(paper)));
      for (RunPage page : pages) {
        RunPage.Read read = page.read(paper);
        assertEquals(List.of(), read.wrong(), page.name);
        assertEquals(written.toString(), read.fold().parts().get("text r1-m1"), page.name);
        assertEquals("RUN_FINISHED", read.fold().end(), page.name);
      }
      worker.stop().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  private List<RunPage> join(TestCluster cluster, String tenant, RunPaper paper) throws Exception {
    List<RunPage> pages = new ArrayList<>();
    var options =
        ClientOptions.of(cluster.urls(), cluster.token(tenant, "ann", Set.of()))
            .withWaits(Duration.ofMillis(100), Duration.ofSeconds(1));
    while (pages.size() < READERS) {
      List<RunPage> some = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        RunPage page = new RunPage("page" + (pages.size() + i), cluster.clients().client(options));
        page.client.connect(cluster.node(1 + i % 2).url());
        some.add(page);
      }
      for (RunPage page : some) {
        Awaitility.await("it is connected").atMost(TIMEOUT).until(page.client::isConnected);
        page.read(paper, random.nextBoolean());
      }
      pages.addAll(some);
      pages.get(random.nextInt(pages.size())).client.cut();
    }
    return pages;
  }

  private Future<Void> write(BusService service, WorkerRun run, StringBuilder written) {
    run.send("{\"type\":\"RUN_STARTED\",\"threadId\":\"th\",\"runId\":\"r1\"}");
    run.send("{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"r1-m1\",\"role\":\"assistant\"}");
    Promise<Void> all = Promise.promise();
    type(service, run, written, all);
    return all.future()
        .compose(done -> run.send("{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":\"r1-m1\"}"));
  }

  private void type(BusService service, WorkerRun run, StringBuilder written, Promise<Void> all) {
    if (enough || all.future().isComplete()) {
      all.tryComplete();
      return;
    }
    String word = written.length() + "é ";
    written.append(word);
    run.send(
            "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"r1-m1\",\"delta\":\"%s\"}"
                .formatted(word))
        .onFailure(all::tryFail);
    service.bus().vertx().setTimer(TYPES_MS, timer -> type(service, run, written, all));
  }
}
