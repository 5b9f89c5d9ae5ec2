package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.ManualClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;

/** One fills Redis, and an operator has to find out who, and end it, while all others go on. */
@ExtendWith(ClusterExtension.class)
class UsageCommandsIT {
  private static final String OPERATORS = "ops";
  private static final String NEWS = "topic:news";
  private static final Set<String> RIGHTS = Set.of("usage:read", "usage:erase");

  private final String greedy = "g-" + Ids.fresh();
  private final String modest = "m-" + Ids.fresh();
  private StringWriter out;
  private StringWriter err;

  @Test
  void whoTakesTheMostIsShownAndErasedAndItsConnectionsAreNotified() {
    var options =
        ClusterOptions.of(2)
            .with("gateway.operatorTenant", OPERATORS)
            // Clients that answer no ping, on a machine that may be busy.
            .with("gateway.heartbeat", "1m");
    try (var cluster = TestCluster.start(options)) {
      ManualClient eve = client(cluster, greedy, "eve");
      ManualClient ann = client(cluster, modest, "ann");
      publish(eve, "x".repeat(50_000), 1);
      publish(ann, "x", 1);

      assertEquals(0, run(cluster, "usage"), () -> err.toString());
      String shown = out.toString();
      assertTrue(shown.indexOf(greedy + "  " + NEWS) > 0, shown);
      assertTrue(shown.indexOf(greedy) < shown.indexOf(modest), shown);
      assertTrue(shown.contains(greedy + "  eve"), shown);

      assertEquals(2, run(cluster, "erase", "--tenant=" + greedy, "--confirm=" + modest));
      assertEquals(0, run(cluster, "erase", "--tenant=" + greedy, "--confirm=" + greedy));
      assertTrue(out.toString().contains("1 sessions ended"), out.toString());
      assertEquals("ended", eve.awaitClose().reason());
      assertTrue(ann.isOpen());
      publish(ann, "x", 2);
      String left = cluster.redis().call("KEYS", "hf:log:{" + greedy + "/topic:*");
      assertTrue(left == null || left.isEmpty(), left);
    }
  }

  private int run(TestCluster cluster, String... words) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine commands = Holdfast.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> line = new ArrayList<>(List.of(words));
    line.add("--url=" + cluster.node(1).http("/"));
    line.add("--token=" + cluster.token(OPERATORS, "operator", RIGHTS));
    return commands.execute(line.toArray(String[]::new));
  }

  /** At the node that is not asked. */
  private static ManualClient client(TestCluster cluster, String tenant, String user) {
    ManualClient client = cluster.clients().manual(cluster.node(2).url());
    var named = Map.of("name", "test", "version", "1");
    client.send("hello", Map.of("token", cluster.token(tenant, user), "client", named));
    client.await("welcome");
    return client;
  }

  private static void publish(ManualClient client, String data, int n) {
    String id = Ids.fresh();
    client.send("publish", Map.of("id", id, "channel", NEWS, "event", "e", "n", n, "data", data));
    assertEquals("reply", client.awaitAnswer(id).get("type").asText());
  }
}
