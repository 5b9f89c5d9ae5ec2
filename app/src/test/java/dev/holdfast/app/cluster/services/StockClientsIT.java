package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients as they come from npm, against whole nodes and a worker: each has exactly the text that
 * the worker wrote. Where there is no Node, or no npm, it is left out.
 */
@ExtendWith(ClusterExtension.class)
class StockClientsIT {
  private static TestCluster cluster;

  @TempDir private Path folder;
  private final String tenant = "t-" + Ids.fresh();
  private final String agent = "a" + Ids.fresh();

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(StockClient.isPossible(), "needs Node 20 and npm");
    StockClient.install();
    cluster = TestCluster.start(ClusterOptions.of(2).with("runs.limits.grace", "1s"));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** What happens while a client reads. */
  private interface Meanwhile {
    void during(StockClient client) throws Exception;
  }

  private JsonObject play(String scenario, Meanwhile meanwhile) throws Exception {
    List<String> urls =
        cluster.nodes().stream().map(node -> "http://127.0.0.1:" + node.port()).toList();
    JsonObject with = new JsonObject().put("urls", new JsonArray(urls)).put("agent", agent);
    String asks = agent + "-asks";
    with.put("token", cluster.token(tenant, "ann", Set.of("run:" + agent, "run:" + asks)));
    with.put("service", cluster.token(tenant, "svc", Set.of("service:agents", "work:" + asks)));
    with.put("stranger", cluster.token(tenant, "bob", Set.of("run:*")));
    try (ReaderProcess worker =
            ReaderProcess.worker(cluster, "w" + Ids.fresh(), tenant, agent, stored());
        StockClient client = StockClient.play(scenario, with)) {
      meanwhile.during(client);
      return client.result();
    }
  }

  private Path stored() {
    return folder.resolve("stored");
  }

  private String written() throws IOException {
    return Files.readString(stored());
  }

  private void ends(StockClient client) throws Exception {
    client.await("reading");
    Files.createFile(WorkerMain.enough(stored()));
  }

  @Repeatedly
  void anAnswerIsWhole() throws Exception {
    JsonObject seen = play("whole", this::ends);
    assertEquals(written(), seen.getString("text"));
  }

  @Repeatedly
  void aReloadedPageAndAnotherDeviceHaveItWhole() throws Exception {
    JsonObject seen = play("reload", this::ends);
    assertEquals(written(), seen.getString("text"));
    assertEquals(written(), seen.getString("device"));
    assertEquals(2, seen.getInteger("messages"), "the question, and one answer");
  }

  private void kills(StockClient client) throws Exception {
    client.await("reading");
    cluster.nodes().get(0).kill();
    client.await("again");
    Files.createFile(WorkerMain.enough(stored()));
  }

  @Repeatedly
  void aPageWhoseNodeIsKilledHasItWhole() throws Exception {
    JsonObject seen = play("kill", this::kills);
    cluster.startAll();
    assertEquals("a failure", seen.getString("failed"), "and no end that is none");
    assertEquals(written(), seen.getString("text"));
  }

  @Repeatedly
  void aPageWhoseStreamIsCutTwentyTimesAnywhereHasItWhole() throws Exception {
    JsonObject seen = play("cuts", this::ends);
    assertEquals(written(), seen.getString("text"));
    assertTrue(seen.getInteger("cuts") >= 20, seen.encode());
    assertEquals(2, seen.getInteger("messages"), "the question, and one answer");
  }

  @Repeatedly
  void aPageThatIsReloadedAllTheTimeHasItWhole() throws Exception {
    JsonObject seen = play("reloads", this::ends);
    assertEquals(written(), seen.getString("text"));
    assertEquals(written(), seen.getString("last"));
  }

  @Repeatedly
  void theSameRunTwiceIsOne() throws Exception {
    JsonObject seen = play("twice", this::ends);
    assertEquals(written(), seen.getString("text"));
    assertEquals(written(), seen.getString("other"));
  }

  @Repeatedly
  void aRunIsStoppedByItsUserAlone() throws Exception {
    JsonObject seen = play("stop", client -> {});
    assertEquals(new JsonObject("{\"theirs\":false,\"ours\":true,\"ends\":[\"cancelled\"]}"), seen);
  }

  @Repeatedly
  void anUnknownThreadAndAnothersAreTheSame() throws Exception {
    JsonObject seen = play("nothing", this::ends);
    assertEquals(new JsonObject("{\"seen\":[0,0],\"results\":2}"), seen);
  }

  private void restartsAll(StockClient client) throws Exception {
    client.await("reading");
    cluster.nodes().forEach(TestNode::kill);
    cluster.startAll();
    client.goOn();
  }

  @Repeatedly
  void aQuestionOutlivesAllNodesAndIsAnsweredOnce() throws Exception {
    JsonObject seen = play("interrupt", this::restartsAll);
    assertEquals(new JsonArray().add("q1"), seen.getJsonArray("before"));
    assertEquals(new JsonArray().add("q1"), seen.getJsonArray("after"));
    assertEquals("{\"ok\":true}", seen.getString("text"));
    assertEquals("409", seen.getValue("late").toString());
  }

  @Repeatedly
  void copilotKitFindsTheAgentAndAFreshPageHasItsAnswerWhole() throws Exception {
    JsonObject seen = play("copilot", this::ends);
    assertEquals(written(), seen.getString("text"));
    assertEquals(written(), seen.getString("fresh"));
    assertEquals(2, seen.getInteger("messages"), "the question, and one answer");
  }

  @Repeatedly
  void aCopilotKitPageWhoseNodeIsKilledHasItWholeAtTheOther() throws Exception {
    JsonObject seen = play("copilotKill", this::kills);
    cluster.startAll();
    assertEquals(written(), seen.getString("text"));
  }

  @Repeatedly
  void copilotKitStopsARunOnAllDevices() throws Exception {
    JsonObject seen = play("copilotStop", client -> {});
    assertEquals(new JsonObject("{\"ends\":[\"cancelled\"]}"), seen);
  }

  @Repeatedly
  void aChatIsWholeOnItsPageAndOnAFreshOne() throws Exception {
    JsonObject seen = play("chat", this::ends);
    assertEquals(written(), seen.getString("text"));
    assertEquals(written(), seen.getString("fresh"));
    assertEquals(0, seen.getInteger("foreign"));
    assertEquals("ready", seen.getString("status"));
  }

  @Repeatedly
  void aChatWhoseNodeIsKilledHasItWhole() throws Exception {
    JsonObject seen = play("chatKill", this::kills);
    cluster.startAll();
    assertEquals("error", seen.getString("cut"), "and no end that is none");
    assertEquals(written(), seen.getString("text"));
    assertEquals(1, seen.getInteger("count"), "one message");
  }

  @Repeatedly
  void aChatIsStopped() throws Exception {
    JsonObject seen = play("chatStop", client -> {});
    assertEquals(new JsonObject("{\"stopped\":true,\"status\":\"ready\"}"), seen);
  }
}
