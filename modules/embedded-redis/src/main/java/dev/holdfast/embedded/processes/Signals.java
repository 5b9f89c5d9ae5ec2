package dev.holdfast.embedded.processes;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** POSIX signals that the JDK has no call for. */
public final class Signals {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(5);

  private Signals() {}

  /**
   * SIGSTOP: the process keeps everything it has, and does nothing. Its threads stop one by one, on
   * a busy machine some ms after the signal; they have when this returns.
   */
  public static void pause(long pid) {
    send("-STOP", pid);
    Path threads = Path.of("/proc", Long.toString(pid), "task");
    if (Files.exists(threads)) {
      awaitStop(pid, threads);
    }
  }

  private static void awaitStop(long pid, Path threads) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!haveStopped(threads)) {
        if (System.nanoTime() > until) {
          throw new IllegalStateException(pid + " did not stop within " + PATIENCE);
        }
        LockSupport.parkNanos(POLL.toNanos());
      }
    } catch (IOException e) {
      throw new IllegalStateException(pid + " has ended", e);
    }
  }

  private static boolean haveStopped(Path threads) throws IOException {
    try (Stream<Path> each = Files.list(threads)) {
      return each.map(thread -> thread.resolve("stat")).allMatch(Signals::isStopped);
    }
  }

  /** The state stands after the name, which is in parentheses. */
  private static boolean isStopped(Path stat) {
    try {
      String text = Files.readString(stat);
      return text.startsWith("T", text.lastIndexOf(')') + 2);
    } catch (IOException ended) {
      return true;
    }
  }

  /** SIGCONT. */
  public static void resume(long pid) {
    send("-CONT", pid);
  }

  private static void send(String signal, long pid) {
    try {
      var kill =
          new ProcessBuilder("kill", signal, Long.toString(pid))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill " + signal + " " + pid + ": no such process");
      }
    } catch (IOException e) {
      throw new IllegalStateException("kill " + signal + " " + pid, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
