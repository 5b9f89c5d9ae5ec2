package dev.holdfast.app.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.HoldfastProcess;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.ResultJson;
import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can't be measured is reported, and never looks complete. */
class BrokenRunsIT {
  @TempDir static Path folder;
  private static HoldfastProcess node;
  private static String url;

  @BeforeAll
  static void startNode() throws IOException {
    node = HoldfastProcess.start(folder, "serve", "--end-with-stdin", "--port=0", "--data=data");
    url = "http://" + node.awaitOutput("ws://(127.0.0.1:\\d+)").group(1);
  }

  @AfterAll
  static void endNode() {
    node.close();
  }

  @Test
  void aTargetThatIsHalfReachableIsRefusedByName() throws Exception {
    try (var load = load("fanout", "--url=" + url + ",http://127.0.0.1:1", key())) {
      assertEquals(4, load.awaitExit(), load.output());

      assertTrue(load.output().contains("http://127.0.0.1:1 ("), load.output());
      assertTrue(load.output().contains("1 of 2 are"), load.output());
    }
  }

  @Test
  void aKeyThatTheTargetDoesNotTrustIsReported() throws Exception {
    Path other = folder.resolve("other.key");
    Files.writeString(other, "another secret than the node's, long enough for HS256");
    try (var load = load("connect", "--url=" + url, "--key-file=" + other)) {
      assertEquals(4, load.awaitExit(), load.output());

      assertTrue(load.output().contains("refuses the token"), load.output());
    }
  }

  @Test
  void aTargetElsewhereIsRefusedUnlessItIsOnesOwn() throws Exception {
    try (var load = load("fanout", "--url=http://192.0.2.1:8080", key())) {
      assertEquals(2, load.awaitExit(), load.output());

      assertTrue(load.output().contains("--i-own-this-target"), load.output());
    }
  }

  @Test
  void aWorkerThatIsNotThereIsReported() throws Exception {
    try (var load = load("fanout", "--url=" + url, key(), "--worker-url=ws://127.0.0.1:1")) {
      assertEquals(4, load.awaitExit(), load.output());

      assertTrue(
          load.output().contains("ws://127.0.0.1:1/v1/work is not reachable"), load.output());
    }
  }

  @Test
  void aWorkerThatDiesLeavesAPartialReport() throws Exception {
    Path json = folder.resolve("worker.json");
    try (var load = load(url, key(), json)) {
      load.awaitOutput("measure");
      load.descendants().forEach(ProcessHandle::destroyForcibly);

      assertEquals(5, load.awaitExit(), load.output());
    }

    assertPartial(json, "worker-1 is lost");
  }

  @Test
  void anInterruptedRunLeavesAPartialReportAndNoProcess() throws Exception {
    Path json = folder.resolve("interrupted.json");
    try (var load = load(url, key(), json)) {
      load.awaitOutput("measure");
      List<ProcessHandle> children = load.descendants();
      load.terminate();

      assertEquals(143, load.awaitExit(), load.output());
      Awaitility.await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    assertPartial(json, "interrupted");
  }

  @Test
  void aTargetThatDiesForGoodLeavesAPartialReport() throws Exception {
    Path json = folder.resolve("target.json");
    Path data = folder.resolve("dying");
    try (var dying =
        HoldfastProcess.start(folder, "serve", "--end-with-stdin", "--port=0", "--data=" + data)) {
      String at = "http://" + dying.awaitOutput("ws://(127.0.0.1:\\d+)").group(1);
      String key = "--key-file=" + data.resolve("development.key");
      try (var load = load(at, key, json)) {
        load.awaitOutput("measure");
        dying.close();

        assertEquals(5, load.awaitExit(), load.output());
      }
    }

    assertPartial(json, "no node of the target has answered");
  }

  /** Three quarters of the publications had failed, and the run was called DONE, exit code 0. */
  @Test
  void publicationsThatFailedFailTheRunAndStandFirst() throws Exception {
    Path json = folder.resolve("failed.json");
    try (var full = node("full");
        var load =
            load(
                "fanout",
                "--url=" + full.url(),
                full.key(),
                "--members=127.0.0.1:" + full.busPort(),
                "--cluster=holdfast",
                "--cluster-secret-file=" + full.data().resolve("cluster.secret"),
                "--warmup=0",
                "--duration=4",
                "--json=" + json)) {
      load.awaitOutput("measure");
      full.fillStore();

      assertEquals(1, load.awaitExit(), load.output());
    }

    Result result = ResultJson.read(json);
    String first = result.problems().get(0);
    assertTrue(first.matches("[1-9][0-9,]* of [0-9,]+ publications failed: .*full.*"), first);
    assertTrue(
        result.requirements().stream().anyMatch(r -> r.requirement().equals("failed=0")),
        result.requirements().toString());
  }

  private static FullNode node(String name) throws IOException {
    Path data = folder.resolve(name);
    TestRedis redis = TestRedis.own();
    // The members' port, and the links' beside it.
    int busPort = FreePorts.take(2);
    String bus = "--bus-port=" + busPort;
    String store = "--redis=" + redis.uri();
    var process =
        HoldfastProcess.start(
            folder, "serve", "--end-with-stdin", "--port=0", bus, "--data=" + data, store);
    String at = "http://" + process.awaitOutput("ws://(127.0.0.1:\\d+)").group(1);
    return new FullNode(process, at, busPort, data, redis);
  }

  /** A node whose Redis can be made to have no room. */
  private record FullNode(
      HoldfastProcess process, String url, int busPort, Path data, TestRedis redis)
      implements AutoCloseable {
    String key() {
      return "--key-file=" + data.resolve("development.key");
    }

    void fillStore() {
      assertEquals("OK", redis.call("CONFIG", "SET", "maxmemory", "1"));
    }

    @Override
    public void close() {
      process.close();
      redis.close();
    }
  }

  private static void assertPartial(Path json, String problem) throws IOException {
    Result result = ResultJson.read(json);
    assertTrue(result.partial());
    assertTrue(
        result.problems().stream().anyMatch(text -> text.contains(problem)),
        result.problems().toString());
    assertTrue(
        result.figures().stream()
            .filter(figure -> figure.name().equals("lost"))
            .allMatch(figure -> figure.value() == null),
        "what was lost is not known");
    assertFalse(result.timeline().isEmpty());
  }

  private static String key() {
    return "--key-file=" + folder.resolve("data/development.key");
  }

  /** Measures for longer than anybody waits, and soon: it is not to come to its end. */
  private static HoldfastProcess load(String at, String key, Path json) throws IOException {
    return load("fanout", "--url=" + at, key, "--warmup=0", "--duration=60", "--json=" + json);
  }

  private static HoldfastProcess load(String... options) throws IOException {
    List<String> line = new ArrayList<>(List.of("load"));
    line.addAll(List.of(options));
    line.addAll(List.of("--connections=10"));
    return HoldfastProcess.start(folder, line.toArray(String[]::new));
  }
}
