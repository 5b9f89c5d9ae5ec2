package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;

/** An operator's way to a tenant's limits without curl and a token by hand. */
@ExtendWith(ClusterExtension.class)
class LimitsCommandIT {
  private static final String OPERATORS = "ops";
  private static final String LINE = "(?s).*user\\.publications +%s%s\n.*";
  private static final String CONFIGURED = "123";
  private static final String SET = "  set for this tenant";

  private final String tenant = "t-" + Ids.fresh();
  private StringWriter out;
  private StringWriter err;

  @Test
  void limitsOfATenantAreShownSetAndTakenBack() {
    var options =
        ClusterOptions.of(1)
            .with("gateway.operatorTenant", OPERATORS)
            .with("limits.user.publications", CONFIGURED);
    try (var cluster = TestCluster.start(options)) {
      String operator = cluster.token(OPERATORS, "operator", Set.of("limits:read", "limits:write"));

      assertEquals(0, run(cluster, operator), () -> err.toString());
      assertShown(CONFIGURED, "");
      assertEquals(0, run(cluster, operator, "user.publications=50", "tenant.bytes=0"));
      assertShown("50", SET);
      assertTrue(out.toString().matches("(?s).*tenant\\.bytes +0" + SET + "\n.*"), out.toString());
      assertEquals(0, run(cluster, operator));
      assertShown("50", SET);
      assertEquals(0, run(cluster, operator, "user.publications=default"));
      assertShown(CONFIGURED, "");

      assertEquals(1, run(cluster, operator, "user.pigeons=1"));
      assertTrue(err.toString().contains("400, ") && err.toString().contains("pigeons"));
      assertEquals(2, run(cluster, operator, "user.publications=many"));
      String reader = cluster.token(OPERATORS, "reader", Set.of("limits:read"));
      assertEquals(1, run(cluster, reader, "user.publications=1"));
      assertTrue(err.toString().contains("403, "), err.toString());
    }
  }

  private void assertShown(String amount, String set) {
    assertTrue(out.toString().matches(LINE.formatted(amount, set)), out.toString());
  }

  private int run(TestCluster cluster, String token, String... changes) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine commands = Holdfast.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> line = new ArrayList<>(List.of("limits", "--tenant=" + tenant));
    line.addAll(List.of(changes));
    line.add("--url=" + cluster.node(1).http("/"));
    line.add("--token=" + token);
    return commands.execute(line.toArray(String[]::new));
  }
}
