package dev.holdfast.loadtest.worker.members;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A process of {@link MemberCommand}. One thread. */
public final class MemberProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;

  private MemberProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts it; {@link #answer} has the time that joining took, in ms.
   *
   * @param line the command line
   * @param settings variables of its environment
   */
  public static MemberProcess start(List<String> line, Map<String, String> settings) {
    var builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(settings);
    try {
      return new MemberProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long ask(String question) {
    try {
      process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return answer();
  }

  /** Waits for the next answer. */
  public long answer() {
    try {
      String line = answers.readLine();
      while (line != null && !line.startsWith(MemberCommand.ANSWER)) {
        line = answers.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("a member has ended");
      }
      return Long.parseLong(line.substring(MemberCommand.ANSWER.length()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the memory that it has of the machine's, in bytes; 0 if this is no Linux. */
  public long residentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Returns the processor time that it has taken. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** SIGKILL. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
