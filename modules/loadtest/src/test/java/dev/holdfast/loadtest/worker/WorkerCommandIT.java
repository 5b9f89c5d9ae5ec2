package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.SECRET;
import static dev.holdfast.loadtest.worker.WorkerBench.group;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.worker.bare.BareCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands as processes. */
class WorkerCommandIT {
  private static final int USAGE = 2;

  private final WorkerBench bench = new WorkerBench(1);
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void close() {
    processes.forEach(Process::destroyForcibly);
    bench.close();
  }

  /** The main class of a child. */
  public static final class Main {
    private Main() {}

    public static void main(String[] args) {
      var commands = new CommandLine(new Main.Commands());
      commands.addSubcommand(new WorkerCommand()).addSubcommand(new BareCommand());
      System.exit(commands.execute(args));
    }

    @CommandLine.Command(name = "test")
    private static final class Commands {}
  }

  @Test
  void aChildServesWhoKnowsTheSecretOfItsInputAndEndsWithIt() throws Exception {
    Process child = start("worker", "--loops", "1", "--stdin");
    child.getOutputStream().write((SECRET + "\n").getBytes(StandardCharsets.UTF_8));
    child.getOutputStream().flush();
    BufferedReader output = output(child);
    String line = output.readLine();
    assertTrue(line.matches("\\{\"url\":\"ws://127\\.0\\.0\\.1:\\d+/v1/work\"}"), line);
    URI url = URI.create(line.substring(8, line.length() - 2));
    var coordinator = new TestCoordinator(bench.vertx, url, SECRET);
    coordinator.assign(bench.plan(group("g", 5, 0)));
    coordinator.connect("g");
    coordinator.awaitProgress(progress -> progress.counters().live() == 5);

    child.getOutputStream().close();

    assertTrue(child.waitFor(20, TimeUnit.SECONDS), "it outlives its input");
    assertEquals(0, child.exitValue());
    await().atMost(Duration.ofSeconds(5)).until(() -> bench.node(0).attached() == 0);
    assertEquals(null, output.readLine(), "more than one line");
  }

  @Test
  void aSecretOfAFileIsItsFirstLine(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), SECRET + "\nand more\n");
    Process child = start("worker", "--secret-file", file.toString());

    String line = output(child).readLine();

    var coordinator =
        new TestCoordinator(bench.vertx, URI.create(line.substring(8, line.length() - 2)), SECRET);
    coordinator.assign(bench.plan(group("g", 1, 0)));
  }

  @Test
  void withoutASecretItListensOnThisMachineAlone() throws Exception {
    Process child = start("worker", "--host", "0.0.0.0");

    assertTrue(child.waitFor(20, TimeUnit.SECONDS));
    assertEquals(USAGE, child.exitValue());
  }

  @Test
  void theBareServerAnswersEachOrder() throws Exception {
    Process child = start("bare");
    BufferedReader output = output(child);
    assertTrue(output.readLine().startsWith("{\"url\":\"ws://127.0.0.1:"));
    String lines =
        "{\"startAt\":0,\"millis\":100,\"rate\":10,\"payload\":60}\nnonsense\n{\"millis\":-1}\n";

    child.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
    child.getOutputStream().flush();

    assertEquals("{\"published\":1,\"written\":0,\"sockets\":0}", output.readLine());
    assertTrue(output.readLine().startsWith("{\"error\":"));
    assertTrue(output.readLine().startsWith("{\"error\":"));
    child.getOutputStream().close();
    assertTrue(child.waitFor(20, TimeUnit.SECONDS), "it outlives its input");
  }

  private Process start(String... command) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    line.add("-Dlogback.configurationFile=dev/holdfast/loadtest/logback.xml");
    line.add(Main.class.getName());
    line.addAll(List.of(command));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    processes.add(process);
    return process;
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
