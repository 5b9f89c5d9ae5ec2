package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
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
import dev.holdfast.testkit.llm.FakeLlm;
import dev.holdfast.testkit.llm.Script;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node that asks a model for a run is killed: before the first token, and in mid-answer. */
@ExtendWith(ClusterExtension.class)
class AgentsKillIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String KEY = "sk-0a1b2c3d4e5f60718293";

  @TempDir private Path folder;
  private final String tenant = "t-" + Ids.fresh();
  private final Caller.Service caller =
      new Caller.Service("shop", Ids.fresh(), Set.of(tenant), Set.of());
  private FakeLlm llm;
  private TestCluster cluster;
  private BusService service;
  private ServiceClient client;

  @BeforeEach
  void start() throws Exception {
    llm = FakeLlm.of();
    Path key = Files.writeString(folder.resolve("key"), KEY);
    Map<String, Object> chat =
        Map.of(
            "kind", "openai",
            "url", llm.url(),
            "model", "gpt-x",
            "key", Map.of("file", key.toString()),
            "lease", "2s",
            "longest", "1m");
    cluster =
        TestCluster.start(
            ClusterOptions.of(2)
                .with("runs.upstreams", List.of(llm.url()))
                .with("runs.agents", Map.of("chat", chat))
                .with("logLevel", "trace"));
    service = BusService.join(cluster, "shop");
    client = new ServiceClient(service.bus(), Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    service.close();
    cluster.close();
    llm.close();
  }

  private RunView started() {
    String input =
        "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[{\"id\":\"u\",\"role\":\"user\","
            + "\"content\":\"Hi\"}]}";
    return await(
        client.ask(
            new RunMessage.Start(caller, tenant, "ann", "chat", "th", "r1", input, false, null)));
  }

  private RunView ended(RunView run) {
    var get = new RunMessage.Get(caller, tenant, run.run());
    Awaitility.await("it has ended")
        .atMost(TIMEOUT)
        .ignoreExceptions()
        .until(() -> await(client.ask(get)).state().equals("ended"));
    return await(client.ask(get));
  }

  private static <T> T await(Future<T> asked) {
    try {
      return asked.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void killTheOneThatAsks() {
    Awaitility.await("one asks").atMost(TIMEOUT).until(() -> asking().size() == 1);
    asking().get(0).kill();
  }

  private List<TestNode> asking() {
    return cluster.nodes().stream()
        .filter(node -> node.metrics().sum("holdfast_agents_runs") == 1)
        .toList();
  }

  private static String text(WsTestClient reader, RunView run) {
    StringBuilder text = new StringBuilder();
    for (Entry.Received event : reader.ledger().received(run.channel().toString())) {
      text.append(event.data().path("delta").asText(""));
    }
    return text.toString();
  }

  private static void awaitEvent(WsTestClient reader, RunView run, String type) {
    Awaitility.await("its reader has " + type)
        .atMost(TIMEOUT)
        .until(
            () ->
                reader.ledger().received(run.channel().toString()).stream()
                    .anyMatch(event -> event.event().equals(type)));
  }

  private void assertNoKeyInLogs() throws Exception {
    try (var files = Files.walk(Path.of("target/clusters"))) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).toList()) {
        assertFalse(Files.readString(log).contains(KEY), log.toString());
      }
    }
  }

  @Repeatedly
  void beforeTheFirstTokenAnotherNodeAsks() throws Exception {
    llm.then(Script.status(503).header("retry-after", "20"));
    llm.then(Script.answer("here ", "it ", "is"));
    RunView run = started();
    String token = cluster.token(tenant, "ann", Set.of());
    try (WsTestClient reader = cluster.clients().client(ClientOptions.of(cluster.urls(), token))) {
      reader.connect().get(30, TimeUnit.SECONDS);
      reader.subscribe(run.channel().toString(), "earliest").get(30, TimeUnit.SECONDS);
      Awaitility.await("it was asked").atMost(TIMEOUT).until(() -> llm.asked().size() == 1);
      killTheOneThatAsks();
      awaitEvent(reader, run, "RUN_FINISHED");
      assertEquals("here it is", text(reader, run));
    }
    RunView ended = ended(run);
    assertEquals(2, ended.attempt());
    assertEquals(
        List.of(run.run() + ".1", run.run() + ".2"),
        llm.asked().stream().map(asked -> asked.headers().get("idempotency-key")).toList());
    assertNoKeyInLogs();
  }

  @Repeatedly
  void inMidAnswerTheRunEndsByNameWithTheTextSoFar() throws Exception {
    llm.then(Script.stream().texts("Once ", "upon").hang());
    RunView run = started();
    String token = cluster.token(tenant, "ann", Set.of());
    try (WsTestClient reader = cluster.clients().client(ClientOptions.of(cluster.urls(), token))) {
      reader.connect().get(30, TimeUnit.SECONDS);
      reader.subscribe(run.channel().toString(), "earliest").get(30, TimeUnit.SECONDS);
      Awaitility.await("its reader has the text")
          .atMost(TIMEOUT)
          .until(() -> text(reader, run).equals("Once upon"));
      killTheOneThatAsks();
      RunView ended = ended(run);
      assertEquals("error worker_lost", ended.outcome() + " " + ended.code());
      awaitEvent(reader, run, "RUN_ERROR");
      assertEquals("Once upon", text(reader, run));
      assertTrue(llm.asked().size() == 1, "a model is not asked again for half an answer");
    }
  }
}
