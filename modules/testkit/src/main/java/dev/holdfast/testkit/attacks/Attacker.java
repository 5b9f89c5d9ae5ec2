package dev.holdfast.testkit.attacks;

import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.attacks.kinds.Attack;
import dev.holdfast.testkit.machine.ProcessGuard;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process that attacks. It has less of the machine's time than others: what it computes itself is
 * not to take from those that it attacks, as that of another machine would not. Being nice says
 * that of each of its threads, of which there are hundreds. A session of its own is one for Linux,
 * if the kernel groups tasks by sessions, however many threads it has.
 */
public final class Attacker implements AutoCloseable {
  private static final boolean GROUPED =
      Files.exists(AttackerMain.GROUP) && Files.exists(Path.of("/usr/bin/setsid"));

  private final Process process;
  private final BufferedReader answers;

  /**
   * @param tries how often something was tried
   * @param answers the most frequent ones
   */
  public record Result(long tries, String answers) {}

  private Attacker(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * @param log what it says when it fails
   * @param busy how many of its threads compute from now on, so that the machine is as busy before
   *     and after an attack as it is during one that computes much
   */
  public static Attacker start(Path log, int busy) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>();
    if (GROUPED) {
      command.add("/usr/bin/setsid");
    }
    command.addAll(List.of("nice", "-n", "19", java, "-Xmx384m"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(AttackerMain.class.getName());
    command.addAll(List.of(String.valueOf(GROUPED), String.valueOf(busy)));
    try {
      File errors = log.toFile();
      var builder = new ProcessBuilder(command).redirectError(errors);
      Process process = builder.start();
      ProcessGuard.watch(process);
      return new Attacker(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Begins, and ends after this time; one at a time. */
  CompletableFuture<Result> attack(
      Attack attack, TestCluster cluster, String tenant, Duration time) {
    String order =
        Stream.of(
                attack.name(),
                time.toNanos(),
                ports(cluster.nodes().stream().map(TestNode::port).toList()),
                ports(cluster.nodes().stream().flatMap(node -> node.busPorts().stream()).toList()),
                cluster.token(tenant, "eve", Set.of("*")),
                cluster.token(tenant, "mallory", Set.of()))
            .map(Object::toString)
            .collect(Collectors.joining("\t", "", "\n"));
    try {
      process.outputWriter().write(order);
      process.outputWriter().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return CompletableFuture.supplyAsync(this::result);
  }

  private static String ports(Collection<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private Result result() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("the attacker has ended");
      }
      String[] parts = line.split("\t", -1);
      return new Result(Long.parseLong(parts[0]), parts[1]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
