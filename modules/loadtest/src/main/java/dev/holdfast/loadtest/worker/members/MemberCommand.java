package dev.holdfast.loadtest.worker.members;

import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A member of the bus, with the settings of its environment. Prints the ms that joining took, then
 * an answer for each line: {@code seen} (members that it sees), {@code heap} (live bytes), {@code
 * leave} (the ms that took; then it ends, as it does with its standard input).
 */
@Command(name = "member", hidden = true, description = "A member of the bus.")
public final class MemberCommand implements Callable<Integer> {
  /** What an answer begins with: others may print, too. */
  static final String ANSWER = "= ";

  private static final int PATIENCE_S = 300;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    var registry = new SimpleMeterRegistry();
    long begun = System.nanoTime();
    Vertx vertx =
        Cluster.join(ClusterConfig.of(System.getenv()), registry)
            .await(PATIENCE_S, TimeUnit.SECONDS);
    print(millisSince(begun));
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = next(input); !line.equals("leave"); line = next(input)) {
      print(line.equals("heap") ? liveHeap() : seen(registry));
    }
    long leaves = System.nanoTime();
    vertx.close().await(PATIENCE_S, TimeUnit.SECONDS);
    print(millisSince(leaves));
    return 0;
  }

  private static String next(BufferedReader input) throws IOException {
    String line = input.readLine();
    return line == null ? "leave" : line;
  }

  private static long seen(SimpleMeterRegistry registry) {
    return (long) registry.get("cluster.members").gauge().value();
  }

  private static long liveHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private void print(long answer) {
    spec.commandLine().getOut().println(ANSWER + answer);
    spec.commandLine().getOut().flush();
  }
}
