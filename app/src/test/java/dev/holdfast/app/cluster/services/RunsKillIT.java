package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs of agents on whole nodes: a reader has exactly the text that the worker wrote. */
@ExtendWith(ClusterExtension.class)
class RunsKillIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static TestCluster cluster;
  private static BusService service;
  private static ServiceClient client;

  @TempDir private Path folder;
  private final String tenant = "t-" + Ids.fresh();
  private final String agent = "a" + Ids.fresh();

  @BeforeAll
  static void start() {
    cluster = TestCluster.start(ClusterOptions.of(2).with("runs.limits.lease", "3s"));
    service = BusService.join(cluster, "shop");
    client = new ServiceClient(service.bus(), Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() {
    service.close();
    cluster.close();
  }

  private RunView started() {
    var caller = new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());
    String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[]}";
    return await(
        client.ask(
            new RunMessage.Start(caller, tenant, "ann", agent, "th", "r1", input, false, null)));
  }

  private ReaderProcess worker(String id) throws IOException {
    ReaderProcess worker = ReaderProcess.worker(cluster, id, tenant, agent, stored());
    worker.awaitReady();
    return worker;
  }

  private Path stored() {
    return folder.resolve("stored");
  }

  private String written() {
    try {
      return Files.exists(stored()) ? Files.readString(stored()) : "";
    } catch (IOException e) {
      return "";
    }
  }

  private void awaitMore() {
    int so = written().length();
    Awaitility.await("it goes on").atMost(TIMEOUT).until(() -> written().length() > so + 300);
  }

  private RunView ended(RunView run) {
    var caller = new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());
    var get = new RunMessage.Get(caller, tenant, run.run());
    Awaitility.await("it has ended")
        .atMost(TIMEOUT)
        .ignoreExceptions()
        .until(() -> await(client.ask(get)).state().equals("ended"));
    return await(client.ask(get));
  }

  private void awaitSnapshot(RunView run) {
    var caller = new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());
    var ask = new RunMessage.Snapshot(caller, tenant, run.run());
    Awaitility.await("it has a snapshot")
        .atMost(TIMEOUT)
        .ignoreExceptions()
        .until(() -> await(client.ask(ask)).document() != null);
  }

  private static <T> T await(Future<T> asked) {
    try {
      return asked.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A page of a user that has no permission at all. */
  private WsTestClient reader(String user) throws Exception {
    String token = cluster.token(tenant, user, Set.of());
    WsTestClient reader = cluster.clients().client(ClientOptions.of(cluster.urls(), token));
    reader.connect().get(30, TimeUnit.SECONDS);
    return reader;
  }

  private static void subscribe(WsTestClient reader, RunView run, String from) throws Exception {
    reader.subscribe(run.channel().toString(), from).get(30, TimeUnit.SECONDS);
  }

  private static String refusal(WsTestClient reader, RunView run, String from) {
    var asked = reader.subscribe(run.channel().toString(), from);
    var failed = assertThrows(ExecutionException.class, () -> asked.get(30, TimeUnit.SECONDS));
    return assertInstanceOf(RefusedException.class, failed.getCause()).code();
  }

  /** What the run has come to, as its reader puts it together. */
  private static String whole(WsTestClient reader, RunView run) {
    StringBuilder text = new StringBuilder();
    for (Entry.Snapshot one : reader.ledger().all(Entry.Snapshot.class)) {
      one.data().path("messages").forEach(m -> text.append(m.path("content").asText()));
    }
    return text + text(reader, run);
  }

  private static List<Entry.Received> read(WsTestClient reader, RunView run) {
    return reader.ledger().received(run.channel().toString());
  }

  private static String text(WsTestClient reader, RunView run) {
    StringBuilder text = new StringBuilder();
    read(reader, run).forEach(event -> text.append(event.data().path("delta").asText("")));
    return text.toString();
  }

  private static void awaitEnd(WsTestClient reader, RunView run, String type) {
    Awaitility.await("its reader has the end")
        .atMost(TIMEOUT)
        .until(() -> read(reader, run).stream().anyMatch(event -> event.event().equals(type)));
    List<Entry.Received> read = read(reader, run);
    assertEquals(type, read.get(read.size() - 1).event(), "and nothing after it");
    assertEquals(List.of(), reader.ledger().gaps(run.channel().toString()));
  }

  /** Each node in turn has the reader, the worker's batches, or both. */
  @Repeatedly
  void itsNodesAreKilledOneAfterTheOther() throws Exception {
    try (ReaderProcess worker = worker("w1" + Ids.fresh());
        WsTestClient reader = reader("ann");
        WsTestClient late = reader("ann");
        WsTestClient stranger = reader("bob")) {
      RunView run = started();
      subscribe(reader, run, "earliest");
      awaitMore();
      for (TestNode node : cluster.nodes()) {
        node.kill();
        awaitMore();
        cluster.startAll();
        awaitMore();
      }
      awaitSnapshot(run);
      subscribe(late, run, "snapshot");
      assertEquals("forbidden", refusal(stranger, run, "snapshot"));
      assertEquals("forbidden", refusal(stranger, run, "earliest"));
      awaitMore();
      Files.createFile(WorkerMain.enough(stored()));
      assertEquals("success", ended(run).outcome());
      awaitEnd(reader, run, "RUN_FINISHED");
      assertEquals(written(), text(reader, run));
      awaitEnd(late, run, "RUN_FINISHED");
      assertEquals(1, late.ledger().all(Entry.Snapshot.class).size());
      assertEquals(written(), whole(late, run));
      String own = "user:ann";
      Awaitility.await("the owner is notified")
          .atMost(TIMEOUT)
          .until(() -> reader.ledger().received(own).size() >= 3);
      assertEquals(
          List.of("agent_started", "agent_thinking", "agent_completed"),
          reader.ledger().received(own).stream().map(Entry.Received::event).toList());
    }
  }

  @Repeatedly
  void itsWorkerIsKilled() throws Exception {
    try (ReaderProcess worker = worker("w2" + Ids.fresh());
        WsTestClient reader = reader("ann")) {
      RunView run = started();
      subscribe(reader, run, "snapshot");
      awaitMore();
      worker.kill();
      RunView ended = ended(run);
      assertEquals("error worker_lost", ended.outcome() + " " + ended.code());
      awaitEnd(reader, run, "RUN_ERROR");
      String text = whole(reader, run);
      assertTrue(text.startsWith(written()), "what it was answered is there");
      assertTrue(text.length() <= written().length() + 2_000, "and a batch or two at most");
    }
  }
}
