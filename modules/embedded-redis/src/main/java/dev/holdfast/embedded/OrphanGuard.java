package dev.holdfast.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a process when this JVM is gone, however it went: a shell waits for the end of its standard
 * input, which the operating system closes with us, then ends the process by SIGTERM, and by
 * SIGKILL after ten seconds.
 *
 * <p>It does so after all shutdown hooks, so a node that drains in one still has its Redis.
 */
final class OrphanGuard {
  private static final String SCRIPT =
      """
      trap '' INT HUP TERM
      while read -r line; do :; done
      kill -TERM "$1" && kill -CONT "$1"
      n=0
      while kill -0 "$1" && [ $n -lt 50 ]; do sleep 0.2; n=$((n + 1)); done
      kill -KILL "$1"
      """;

  private final Process shell;

  private OrphanGuard(Process shell) {
    this.shell = shell;
  }

  /**
   * @throws IOException where there is no shell
   */
  static OrphanGuard of(Process guarded) throws IOException {
    var command =
        ownSession(
            List.of("sh", "-c", SCRIPT, "holdfast-redis-guard", Long.toString(guarded.pid())));
    var shell =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    var guard = new OrphanGuard(shell);
    guarded.onExit().thenRun(guard::release);
    return guard;
  }

  /**
   * Runs a command outside of the terminal's process group, whose Ctrl-C would end it before we
   * have drained.
   */
  static List<String> ownSession(List<String> command) {
    try {
      List<String> apart = new ArrayList<>(List.of(RedisBinary.onPath("setsid").toString()));
      apart.addAll(command);
      return apart;
    } catch (IOException noSuchTool) {
      return command;
    }
  }

  /** The process has ended: its id may be another's soon. */
  void release() {
    shell.destroyForcibly();
  }
}
