package dev.holdfast.testkit.machine;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Gives a process about a tenth of a core: it is stopped for 45 ms, and goes on for 5, again and
 * again. It goes on for good when this is closed.
 */
public final class SlowProcess implements AutoCloseable {
  /** No process per step: bash's own kill, and a read that times out. */
  private static final String CYCLE =
      "exec 3<> <(:); while kill -STOP %1$d 2>/dev/null; do read -t 0.045 -u 3;"
          + " kill -CONT %1$d; read -t 0.005 -u 3; done";

  private final long pid;
  private final Process cycle;

  public SlowProcess(long pid) {
    this.pid = pid;
    this.cycle = start("bash", "-c", CYCLE.formatted(pid));
  }

  @Override
  public void close() {
    cycle.destroyForcibly().onExit().join();
    start("kill", "-CONT", Long.toString(pid)).onExit().join();
  }

  private static Process start(String... command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
