package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.CallException;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import dev.holdfast.app.command.OperatorCalls;
import dev.holdfast.core.Durations;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what nodes are doing, again and again. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description =
        "Shows connections, sessions and rates of nodes, until Ctrl-C. Asks as an operator, as usage"
            + " does.")
public final class TopCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";
  private static final String[] COUNTED = {"/publications/stored", "/deliveries", "/gaps"};

  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Parameters(
      arity = "0..*",
      paramLabel = "URL",
      description = "Addresses of nodes for operators; default: that of --url.")
  private List<URI> nodes = new ArrayList<>();

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      defaultValue = "1s",
      description = "Time between two looks, at least 100ms; default 1s.")
  private String every;

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many looks.")
  private long count;

  @Option(names = "--json", description = "Prints JSON, one object per line.")
  private boolean json;

  /** What a node had counted, and when in ns. */
  private record Look(JsonNode stats, long at) {}

  private final Map<NodeCalls, Look> before = new HashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    Duration pause = pause();
    List<NodeCalls> asked = new ArrayList<>();
    nodes.forEach(node -> asked.add(operator.at(node)));
    if (asked.isEmpty()) {
      asked.add(operator.at(null));
    }
    PrintWriter out = spec.commandLine().getOut();
    for (long looks = 1; ; looks++) {
      if (!json) {
        out.print(System.console() == null ? "" : CLEAR);
        out.printf(
            "%-34s %8s %8s %12s %12s %8s%n",
            "NODE", "SOCKETS", "SESSIONS", "STORED/s", "DELIVERED/s", "GAPS/s");
      }
      asked.forEach(node -> row(out, node));
      out.flush();
      if (looks == count) {
        return ExitCode.OK;
      }
      Thread.sleep(pause.toMillis());
    }
  }

  /** Prints why a node does not answer in its row; alone, or with --count, the command fails. */
  private void row(PrintWriter out, NodeCalls node) {
    try {
      print(out, node);
    } catch (CallException e) {
      if (nodes.size() < 2 || count > 0) {
        throw e;
      }
      before.remove(node);
      (json ? spec.commandLine().getErr() : out).println(e.getMessage());
    }
  }

  private void print(PrintWriter out, NodeCalls node) {
    JsonNode stats = node.call("GET", "/v1/stats", Map.of(), null);
    Look now = new Look(stats, System.nanoTime());
    Look last = before.put(node, now);
    if (json) {
      out.println(stats);
      return;
    }
    out.printf("%-34s %8d", stats.path("node").asText(), stats.path("sockets").asLong());
    out.printf(" %8d", stats.path("sessions").asLong());
    int[] widths = {12, 12, 8};
    for (int i = 0; i < COUNTED.length; i++) {
      out.printf(" %" + widths[i] + "s", rate(COUNTED[i], last, now));
    }
    out.println();
  }

  private static String rate(String counted, @Nullable Look last, Look now) {
    if (last == null) {
      return "-";
    }
    long more = now.stats.at(counted).asLong() - last.stats.at(counted).asLong();
    return "%.0f".formatted(more / ((now.at - last.at) / 1e9));
  }

  private Duration pause() {
    try {
      Duration pause = Durations.parse(every);
      if (pause.toMillis() >= 100) {
        return pause;
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--every: " + e.getMessage());
    }
    throw new ParameterException(spec.commandLine(), "--every: at least 100ms");
  }
}
