package dev.holdfast.app.cluster;

import dev.holdfast.testkit.TestCluster;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A {@link ReaderMain} that runs. */
final class ReaderProcess implements AutoCloseable {
  private final String id;
  private final Process process;
  private final Path ready;

  private ReaderProcess(String id, Process process, Path ready) {
    this.id = id;
    this.process = process;
    this.ready = ready;
  }

  /** Returns at once; see {@link #awaitReady}. */
  static ReaderProcess start(
      TestCluster cluster, String id, String tenant, String channel, Path handled)
      throws IOException {
    Path log = handled.resolveSibling(id + ".log");
    String members = String.join(",", cluster.members());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ReaderMain.class.getName(), id, cluster.busName(), members));
    command.addAll(List.of(tenant, channel, handled.toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new ReaderProcess(id, process, ReaderMain.ready(handled, id));
  }

  String id() {
    return id;
  }

  void awaitReady() {
    Awaitility.await("reader " + id + " is ready: " + ready)
        .atMost(Duration.ofSeconds(90))
        .until(() -> Files.exists(ready));
  }

  /** SIGKILL; gone when this returns. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
