package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.CallException;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import dev.holdfast.app.command.OperatorCalls;
import dev.holdfast.core.process.Durations;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final int MOST_AT_ONCE = 32;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);
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
  private final Map<NodeCalls, Future<Look>> underWay = new HashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    Duration pause = pause();
    List<NodeCalls> asked = new ArrayList<>();
    nodes.forEach(node -> asked.add(operator.at(node)));
    if (asked.isEmpty()) {
      asked.add(operator.at(null));
    }
    ExecutorService askers = Executors.newFixedThreadPool(Math.min(asked.size(), MOST_AT_ONCE));
    try {
      return show(asked, askers, pause);
    } finally {
      askers.shutdownNow();
    }
  }

  /** Asks all nodes at the same time. One that does not answer holds up no other. */
  private int show(List<NodeCalls> asked, ExecutorService askers, Duration pause)
      throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    for (long looks = 1; ; looks++) {
      if (!json) {
        out.print(System.console() == null ? "" : CLEAR);
        out.printf(
            "%-34s %8s %8s %12s %12s %8s%n",
            "NODE", "SOCKETS", "SESSIONS", "STORED/s", "DELIVERED/s", "GAPS/s");
      }
      asked.forEach(node -> underWay.computeIfAbsent(node, idle -> askers.submit(() -> ask(node))));
      long until = System.nanoTime() + PATIENCE_NS;
      for (NodeCalls node : asked) {
        row(out, node, until);
      }
      out.flush();
      if (looks == count) {
        return ExitCode.OK;
      }
      Thread.sleep(pause.toMillis());
    }
  }

  /** Prints why a node does not answer in its row; alone, or with --count, the command fails. */
  private void row(PrintWriter out, NodeCalls node, long until) throws InterruptedException {
    boolean mayFail = nodes.size() < 2 || count > 0;
    Future<Look> answer = Objects.requireNonNull(underWay.get(node));
    try {
      long patience = mayFail ? Long.MAX_VALUE : until - System.nanoTime();
      Look now = answer.get(patience, TimeUnit.NANOSECONDS);
      underWay.remove(node);
      print(out, node, now);
    } catch (TimeoutException e) {
      away(out, node, node + " has not answered yet");
    } catch (ExecutionException e) {
      underWay.remove(node);
      if (!(e.getCause() instanceof CallException why)) {
        throw new IllegalStateException(e.getCause());
      }
      if (mayFail) {
        throw why;
      }
      away(out, node, why.getMessage());
    }
  }

  private void away(PrintWriter out, NodeCalls node, @Nullable String why) {
    before.remove(node);
    (json ? spec.commandLine().getErr() : out).println(why);
  }

  private static Look ask(NodeCalls node) {
    JsonNode stats = node.call("GET", "/v1/stats", Map.of(), null);
    return new Look(stats, System.nanoTime());
  }

  private void print(PrintWriter out, NodeCalls node, Look now) {
    JsonNode stats = now.stats;
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
    boolean began = more < 0; // anew, from 0
    return began ? "-" : "%.0f".formatted(more / ((now.at - last.at) / 1e9));
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
