package dev.holdfast.app.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.HoldfastProcess;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.Result.Figure;
import dev.holdfast.loadtest.report.ResultJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every scenario, through the command line, as small as it makes sense. */
class ScenariosIT {
  /** Of nodes that start fast, and are restarted by it. */
  private static final String FAST = "--node-options=-XX:TieredStopAtLevel=1";

  @TempDir static Path folder;
  private static HoldfastProcess node;
  private static String url;
  private static int busPort;
  private static String redis;

  /** One node that is there already, with its Redis. */
  @BeforeAll
  static void startNode() throws IOException {
    // The members' port, and the links' beside it.
    busPort = FreePorts.take(2);
    String bus = Integer.toString(busPort);
    node =
        HoldfastProcess.start(
            folder, "serve", "--end-with-stdin", "--port=0", "--bus-port=" + bus, "--data=data");
    url = "http://" + node.awaitOutput("ws://(127.0.0.1:\\d+)").group(1);
    String port = node.awaitOutput("redis://127.0.0.1:(\\d+)").group(1);
    Path password = folder.resolve("data/redis/redis.password");
    redis = "redis://:" + Files.readString(password).strip() + "@127.0.0.1:" + port;
  }

  @AfterAll
  static void endNode() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "idle, --duration=2, rssPerConnection",
    "connect, '', connectsPerSecond",
    "fanout, --rate=20 --warmup=1 --duration=2, p99",
    "rooms, --rate=40 --warmup=0 --duration=2, p99",
    "stream, --rate=2 --warmup=1 --duration=2, p99",
    "publish, --warmup=1 --duration=1, bus.perSecond",
    "registry, --duration=2, session.get.perSecond",
    "isolation, --rate=40 --warmup=1 --duration=2, quiet.p99.beside",
    "slow, --rate=5 --warmup=1 --duration=2, p99",
    "soak, --rate=20 --warmup=0 --duration=3, rounds",
    "storm, --rate=20 --warmup=0 --duration=3, resume.p99",
    "runs, --rate=20 --payload=60 --warmup=0 --duration=3 --require=p99<3600s --require=connect.p99<3600s --require=first.p99<3600s --require=tool.p99<3600s, first.p99"
  })
  void ofAClusterThatIsThere(String scenario, String settings, String figure) throws Exception {
    Result result = run(0, scenario, settings + " " + target());

    assertClean(result);
    if (!scenario.equals("idle")) {
      assertNotNull(value(result, figure), result.figures().toString());
    }
    assertEquals(1, result.timeline().get(0).nodes().size(), "the node's figures");
  }

  @Test
  void theBaselineHasAServerOfItsOwn() throws Exception {
    Result result = run(0, "baseline", "--rate=20 --warmup=1 --duration=2 --connections=20");

    assertClean(result);
    assertTrue(value(result, "deliveriesPerSecond") > 100, result.figures().toString());
  }

  @Test
  void killedNodesLoseNothing() throws Exception {
    Result result =
        run(
            0,
            "kill",
            "--nodes=2 --connections=40 --rate=30 --warmup=0 --duration=8 "
                + FAST
                + " --require=interrupted>=20"
                + " --html="
                + folder.resolve("kill.html"));

    assertClean(result);
    assertEquals(value(result, "interrupted"), value(result, "resumed"));
    assertEquals(0, value(result, "restarted"));
    assertEquals(2, result.marks().stream().filter(m -> m.text().contains(" killed")).count());
    assertTrue(Files.size(folder.resolve("kill.html")) > 10_000);
  }

  /** Every page has what the agents have written, byte for byte. */
  @Test
  void killedNodesAndAgentsLeaveEachAnswerWhole() throws Exception {
    Result result =
        run(
            0,
            "chat-kill",
            "--nodes=2 --connections=20 --rate=20 --payload=600 --warmup=0 --duration=8"
                + " --require=cutOff>=1 "
                + FAST);

    assertClean(result);
    assertTrue(value(result, "finished") >= 1, result.figures().toString());
    assertEquals(2, count(result, "node-\\d killed.*"));
    assertEquals(2, count(result, "agent-\\d killed"));
  }

  private static long count(Result result, String mark) {
    return result.marks().stream().filter(each -> each.text().matches(mark)).count();
  }

  /** Two clients a second move at the most, so this sees the begin of it. */
  @Test
  void aNodeThatCameBackIsHandedClients() throws Exception {
    Result result =
        run(
            0,
            "rebalance",
            "--nodes=2 --connections=200 --rate=30 --warmup=0 --duration=40 --require=spread<99 "
                + FAST);

    assertClean(result);
    assertEquals(100, value(result, "spreadBefore"), 1);
  }

  @Test
  void aRollingRestartLosesNothing() throws Exception {
    Result result =
        run(0, "drain", "--nodes=2 --connections=40 --rate=30 --warmup=0 --duration=8 " + FAST);

    assertClean(result);
    assertNotNull(value(result, "rolling"));
  }

  @Test
  void aRequirementThatDoesNotHoldIsTheExitCode() throws Exception {
    Result result = run(1, "connect", "--require=connectsPerSecond>=1000000 " + target());

    assertFalse(result.requirements().get(0).held());
    assertFalse(result.partial());
  }

  private static String target() {
    Path data = folder.resolve("data");
    return "--url=%s --key-file=%s --members=127.0.0.1:%d --cluster=holdfast --cluster-secret-file=%s --redis=%s --connections=20"
        .formatted(
            url, data.resolve("development.key"), busPort, data.resolve("cluster.secret"), redis);
  }

  private static Result run(int code, String scenario, String options) throws Exception {
    Path json = folder.resolve(scenario + ".json");
    List<String> line = new ArrayList<>(List.of("load", scenario, "--json=" + json));
    Arrays.stream(options.strip().split(" ")).filter(o -> !o.isEmpty()).forEach(line::add);
    try (var process = HoldfastProcess.start(folder, line.toArray(String[]::new))) {
      assertEquals(code, process.awaitExit(), process.output());
    }
    return ResultJson.read(json);
  }

  /** Whatever was published was received, once and in order. */
  private static void assertClean(Result result) {
    LedgerCount all =
        result.ledgers().values().stream().reduce(LedgerCount.NONE, LedgerCount::plus);
    assertFalse(result.partial(), result.problems().toString());
    assertEquals(0, all.lost() + all.duplicated() + all.outOfOrder(), all.toString());
    boolean publishes = result.figures().stream().anyMatch(f -> f.name().equals("published"));
    assertTrue(!publishes || all.received() > 0, all.toString());
    assertFalse(result.timeline().isEmpty());
    assertFalse(result.figures().isEmpty());
  }

  private static Double value(Result result, String figure) {
    return result.figures().stream()
        .filter(each -> each.name().equals(figure))
        .map(Figure::value)
        .findFirst()
        .orElseThrow();
  }
}
