package dev.holdfast.testkit;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/** POSIX signals that the JDK has no call for. */
final class Signals {
  private Signals() {}

  /** SIGSTOP: the process keeps everything it has, and does nothing. */
  static void pause(long pid) {
    send("-STOP", pid);
  }

  /** SIGCONT. */
  static void resume(long pid) {
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
