package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands of a client in the shell, at real nodes. */
@ExtendWith(ClusterExtension.class)
class ShellIT {
  private static final String NEWS = "topic:news";

  private final String tenant = "t" + Ids.fresh();

  /** What a command printed. */
  private record Done(int code, String out, String err) {
    List<JsonObject> lines() {
      return out.lines().map(JsonObject::new).toList();
    }
  }

  @Test
  void whatIsPublishedInTheShellIsPrintedThereAndKept() {
    try (var cluster = TestCluster.start(ClusterOptions.of(2))) {
      var reader =
          CompletableFuture.supplyAsync(
              () -> run(cluster, 2, "ann", "sub", NEWS, "--from=earliest", "--count=2", "--json"));
      Done first = run(cluster, 1, "eve", "pub", NEWS, "note", "{\"text\":\"hi\"}", "--json");
      Done second = run(cluster, 1, "eve", "pub", NEWS, "note", "no JSON");

      assertEquals(0, first.code, first.err);
      assertTrue(second.out.startsWith("stored at "), second.out);
      List<JsonObject> seen = reader.join().lines();
      assertEquals(new JsonObject().put("text", "hi"), seen.get(0).getValue("data"));
      assertEquals("no JSON", seen.get(1).getValue("data"));
      assertEquals("eve", seen.get(1).getJsonObject("from").getString("user"));
      assertEquals(first.lines().get(0).getString("cursor"), seen.get(0).getString("cursor"));

      Done history = run(cluster, 2, "ann", "history", NEWS, "--json");
      assertEquals(
          List.of("note", "note"),
          history.lines().stream().map(one -> one.getString("event")).toList());
      String after = seen.get(0).getString("cursor");
      Done rest = run(cluster, 2, "ann", "history", NEWS, "--after=" + after);
      assertTrue(rest.out.contains("eve: \"no JSON\""), rest.out);
      assertEquals(1, rest.out.lines().count());
    }
  }

  @Test
  void refusalsAreOneLineAndAnExitCode() {
    try (var cluster = TestCluster.start(ClusterOptions.of(1))) {
      Done nobody = run(cluster, 1, "ann", "request", "billing", "quote", "{}");
      assertEquals(1, nobody.code);
      assertTrue(nobody.err.contains("no_service"), nobody.err);
      Done channel = run(cluster, 1, "ann", "sub", "topic:");
      assertEquals(1, channel.code);
      assertTrue(channel.err.startsWith("holdfast: "), channel.err);
      assertEquals(1, channel.err.lines().count(), channel.err);
      Done refused = as(cluster, 1, "none", "sub", NEWS);
      assertEquals(1, refused.code);
      assertTrue(refused.err.contains("unauthorized"), refused.err);
    }
  }

  @Test
  void sessionsAndNodesAreListed() {
    var options = ClusterOptions.of(2).with("gateway.operatorTenant", tenant);
    try (var cluster = TestCluster.start(options)) {
      var reader =
          CompletableFuture.supplyAsync(
              () -> run(cluster, 2, "ann", "sub", NEWS, "--from=earliest", "--count=1"));
      String service = cluster.token(tenant, "svc", Set.of("service:x", "sessions:read"));
      Awaitility.await().until(() -> as(cluster, 1, service, "sessions").out.contains(NEWS));
      run(cluster, 1, "eve", "pub", NEWS, "note", "{}");
      assertEquals(0, reader.join().code);

      String operator = cluster.token(tenant, "ops", Set.of("nodes:read", "stats:read"));
      Done nodes = as(cluster, 1, operator, "nodes", "--json");
      assertEquals(2, nodes.lines().size(), nodes.out + nodes.err);
      String other = cluster.node(2).http("/").toString();
      String first = cluster.node(1).http("/").toString();
      Done top = as(cluster, 1, operator, "top", first, other, "--count=2", "--every=100ms");
      assertEquals(6, top.out.lines().count(), top.out + top.err);
      String[] last = top.out.lines().toList().get(5).strip().split(" +");
      assertTrue(last.length == 6 && last[5].equals("0"), top.out);
    }
  }

  /** It ended with the first page that was full by its bytes. */
  @Test
  void historyPrintsMoreThanAPageHolds() {
    try (var cluster = TestCluster.start(ClusterOptions.of(1))) {
      for (int i = 0; i < 6; i++) {
        assertEquals(0, run(cluster, 1, "eve", "pub", NEWS, "n" + i, "x".repeat(60_000)).code);
      }

      Done history = run(cluster, 1, "ann", "history", NEWS, "--json");
      assertEquals(
          List.of("n0", "n1", "n2", "n3", "n4", "n5"),
          history.lines().stream().map(one -> one.getString("event")).toList());
      assertEquals(5, run(cluster, 1, "ann", "history", NEWS, "--limit=5").out.lines().count());
    }
  }

  /** Its session lingered, and counted against the user's limit. */
  @Test
  void aReaderThatIsStoppedEndsItsSession(@TempDir Path folder) throws Exception {
    try (var cluster = TestCluster.start(ClusterOptions.of(1))) {
      String service = cluster.token(tenant, "svc", Set.of("service:x", "sessions:read"));
      String url = "--url=" + cluster.node(1).http("/");
      String token = "--token=" + cluster.token(tenant, "ann");
      try (var reader = HoldfastProcess.start(folder, "sub", NEWS, url, token)) {
        Awaitility.await().until(() -> as(cluster, 1, service, "sessions").out.contains(NEWS));
        reader.terminate();
        assertEquals(143, reader.awaitExit());
        assertEquals("", reader.output());
      }
      assertEquals("", as(cluster, 1, service, "sessions").out);
    }
  }

  @Test
  void topGoesOnWithoutANodeThatIsAway() throws Exception {
    var options = ClusterOptions.of(1).with("gateway.operatorTenant", tenant);
    try (var cluster = TestCluster.start(options);
        var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String token = "--token=" + cluster.token(tenant, "ops", Set.of("stats:read"));
      String node = cluster.node(1).http("/").toString();
      String mute = "http://127.0.0.1:" + silent.getLocalPort();
      String away = "http://127.0.0.1:1";
      var commands = new Commands();
      var top = new Thread(() -> commands.run("top", away, mute, node, token, "--every=100ms"));
      top.start();
      try {
        // The header, two reasons and a figure for each look.
        Awaitility.await().until(() -> commands.out().lines().count() >= 8);
      } finally {
        top.interrupt();
        top.join();
      }
      List<String> looks = commands.out().lines().toList();
      assertTrue(looks.get(5).startsWith(away + ": not reached"), commands.out());
      assertEquals(mute + " has not answered yet", looks.get(6));
      assertEquals(6, looks.get(7).strip().split(" +").length, commands.out());

      assertEquals(1, commands.run("top", away, node, token, "--count=1"));
      assertEquals(1, commands.run("top", away, token));
    }
  }

  private Done run(TestCluster cluster, int node, String user, String... words) {
    return as(cluster, node, cluster.token(tenant, user), words);
  }

  private static Done as(TestCluster cluster, int node, String token, String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.add("--url=" + cluster.node(node).http("/"));
    line.add("--token=" + token);
    var out = new StringWriter();
    var err = new StringWriter();
    CommandLine commands = Holdfast.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = commands.execute(line.toArray(String[]::new));
    return new Done(code, out.toString(), err.toString());
  }
}
