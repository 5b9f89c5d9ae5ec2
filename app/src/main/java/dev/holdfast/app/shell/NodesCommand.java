package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.OperatorCalls;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the nodes of the cluster. */
@Command(
    name = "nodes",
    mixinStandardHelpOptions = true,
    description = "Lists the nodes of the cluster. Asks as an operator, as usage does.")
public final class NodesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--json", description = "Prints JSON, one object per line.")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode answer = operator.call("GET", "/v1/nodes", Map.of());
    for (JsonNode node : answer.path("nodes")) {
      spec.commandLine().getOut().println(json ? node.toString() : line(answer, node));
    }
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private static String line(JsonNode answer, JsonNode node) {
    long since = System.currentTimeMillis() - node.path("startEpoch").asLong();
    boolean self = answer.path("self").equals(node.path("node"));
    return "%-20s  %-22s  %s  up %s%s"
        .formatted(
            node.path("id").asText(),
            node.path("address").asText(),
            node.path("version").asText(),
            Duration.ofSeconds(since / 1_000).toString().substring(2).toLowerCase(Locale.ROOT),
            self ? "  answers" : "");
  }
}
