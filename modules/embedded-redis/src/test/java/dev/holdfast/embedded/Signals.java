package dev.holdfast.embedded;

import java.io.IOException;

/** POSIX signals to processes. */
final class Signals {
  private Signals() {}

  static void send(String name, long pid) {
    try {
      int status =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start().waitFor();
      if (status != 0) {
        throw new AssertionError("kill -" + name + " " + pid + " answered " + status);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
