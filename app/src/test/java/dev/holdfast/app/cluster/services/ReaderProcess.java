package dev.holdfast.app.cluster.services;

import dev.holdfast.testkit.TestCluster;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A {@link ReaderMain}, {@link HostMain} or {@link WorkerMain} that runs. */
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
    return start(
        cluster, ReaderMain.class, id, handled, List.of(tenant, channel, handled.toString()));
  }

  /** Returns at once; see {@link #awaitReady}. */
  static ReaderProcess host(TestCluster cluster, String id, Path asked) throws IOException {
    return start(cluster, HostMain.class, id, asked, List.of(asked.toString()));
  }

  /** Returns at once; see {@link #awaitReady}. */
  static ReaderProcess worker(
      TestCluster cluster, String id, String tenant, String agent, Path stored) throws IOException {
    return start(cluster, WorkerMain.class, id, stored, List.of(tenant, agent, stored.toString()));
  }

  private static ReaderProcess start(
      TestCluster cluster, Class<?> main, String id, Path beside, List<String> more)
      throws IOException {
    Path log = beside.resolveSibling(id + ".log");
    String members = String.join(",", cluster.members());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(main.getName(), id, cluster.busName(), members));
    command.addAll(more);
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("BUS_SECRET", cluster.busSecret());
    Process process = builder.start();
    return new ReaderProcess(id, process, ReaderMain.ready(beside, id));
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
