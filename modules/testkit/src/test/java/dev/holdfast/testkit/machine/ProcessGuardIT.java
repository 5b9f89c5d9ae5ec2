package dev.holdfast.testkit.machine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.embedded.processes.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessGuardIT {
  /** Of the JVM that is killed: starts a process, prints its id, and waits. */
  public static final class Parent {
    public static void main(String[] args) throws IOException, InterruptedException {
      Process child = new ProcessBuilder("sleep", "600").start();
      ProcessGuard.watch(child);
      System.err.println(child.pid());
      Thread.currentThread().join();
    }
  }

  @Test
  void aProcessEndsWithTheJvmThatStartedItThoughBothAreKilledOrPaused() throws IOException {
    Process parent = new ProcessBuilder(command()).start();
    ProcessHandle child = ProcessHandle.of(readId(parent)).orElseThrow();
    assertTrue(child.isAlive());
    Signals.pause(child.pid());

    parent.destroyForcibly();

    Waits.until("the child is gone", () -> !child.isAlive());
  }

  /** A JVM may say something of its own accord before, of options in the environment. */
  private static long readId(Process parent) {
    return parent
        .errorReader(StandardCharsets.US_ASCII)
        .lines()
        .filter(line -> line.matches("\\d+"))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        Parent.class.getName());
  }
}
