package dev.holdfast.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Services run with their own jars and no others: each in a JVM whose class path is what the build
 * gives a service. A library that is optional must not be missed, also not when something fails.
 */
class ServiceClassesIT {
  /** What a process prints is read until it ends, so it must end. */
  private static final int LONGEST_S = 90;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void twoServicesTalkAndOneIsKilledWithoutAMissingClass() throws Exception {
    String port = Integer.toString(freePort());
    Process host = start("host", port);
    List<String> hosted = await(host, "HOSTS");
    Process asker = start("ask", port);
    List<String> asked = await(asker, "KILL");
    host.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    asker.outputWriter().append('\n').flush();
    asked.addAll(await(asker, "DONE"));

    assertTrue(has(asked, "ANSWER \"echo\""), () -> all(asked));
    assertTrue(has(asked, "PUBLISHED timeout"), () -> all(asked));
    assertTrue(has(asked, "CONSUMED unavailable"), () -> all(asked));
    assertTrue(has(asked, "GONE unavailable"), () -> all(asked));
    assertTrue(asker.waitFor(30, TimeUnit.SECONDS), "it does not end");
    assertEquals(0, asker.exitValue());
    assertComplete(hosted);
    assertComplete(asked);
  }

  private static boolean has(List<String> output, String end) {
    return output.stream().anyMatch(line -> line.strip().endsWith(end));
  }

  private static String all(List<String> output) {
    return String.join("\n", output);
  }

  private static void assertComplete(List<String> output) {
    String all = all(output);
    assertFalse(all.contains("NoClassDefFound") || all.contains("ClassNotFound"), all);
    assertFalse(all.contains("LinkageError") || all.contains("NoSuchMethod"), all);
  }

  private Process start(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                java(),
                "-Xmx256m",
                "-cp",
                Stream.concat(Stream.of("target/test-classes", "target/classes"), jars())
                    .collect(Collectors.joining(File.pathSeparator)),
                "dev.holdfast.example.ServiceProbe"));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    CompletableFuture.delayedExecutor(LONGEST_S, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return process;
  }

  private static Stream<String> jars() {
    return ServiceClassPath.all().stream().map(Object::toString);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Reads what a process prints up to a line; fails if it ends before. */
  private static List<String> await(Process process, String last) throws IOException {
    List<String> read = new ArrayList<>();
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      read.add(line);
      if (line.strip().endsWith(last)) {
        return read;
      }
    }
    throw new AssertionError("no " + last + " in\n" + all(read));
  }

  /** Returns a port whose next one is free, too, for messages. */
  private static int freePort() throws IOException {
    for (int port = 21_000; port < 32_000; port += 2) {
      if (isFree(port) && isFree(port + 1)) {
        return port;
      }
    }
    throw new IOException("no free port");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }
}
