package dev.holdfast.testkit.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/**
 * Ends the processes that this JVM started when it is gone, however it went: a shell reads their
 * ids from its standard input, which the operating system closes with us, and then ends them by
 * SIGKILL, paused or not.
 */
public final class ProcessGuard {
  private static final String SCRIPT =
      """
      trap '' INT HUP TERM
      ids=""
      while read -r what id; do
        case "$what" in
          watch) ids="$ids $id" ;;
          forget) rest=""; for i in $ids; do [ "$i" = "$id" ] || rest="$rest $i"; done; ids="$rest" ;;
        esac
      done
      for i in $ids; do kill -KILL "$i"; done
      """;

  private final Writer orders;

  private ProcessGuard() {
    try {
      Process shell =
          new ProcessBuilder(List.of("sh", "-c", SCRIPT, "holdfast-test-guard"))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
      orders = shell.outputWriter();
    } catch (IOException e) {
      throw new UncheckedIOException("no shell to guard processes", e);
    }
  }

  /** Forgets the process by itself when it has ended: its id may be another's soon. */
  public static void watch(Process process) {
    watch(process.toHandle());
  }

  /** The same, for one that {@code LocalNode} started. */
  public static void watch(ProcessHandle process) {
    Shell.GUARD.order("watch", process.pid());
    process.onExit().thenRun(() -> Shell.GUARD.order("forget", process.pid()));
  }

  private synchronized void order(String what, long pid) {
    try {
      orders.write(what + " " + pid + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the guard of processes is gone", e);
    }
  }

  private static final class Shell {
    static final ProcessGuard GUARD = new ProcessGuard();
  }
}
