package dev.holdfast.loadtest.demo;

import dev.holdfast.embedded.processes.ProcessException;
import dev.holdfast.loadtest.targets.TargetException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows sessions that outlive their nodes. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Starts an embedded Redis, three nodes, clients and a publishing service, kills two nodes"
            + " with SIGKILL, and counts what the clients received. Takes half a minute. Exit code"
            + " 0 if nothing was lost, repeated or reordered, and every session was resumed.")
public final class DemoCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int NOT_STARTED = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--sessions",
      defaultValue = "300",
      description = "Number of clients, 1 to 3000; default 300.")
  private int sessions;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "Durable publications per second, 1 to 2000; default 200.")
  private int rate;

  @Override
  public Integer call() throws InterruptedException {
    check("--sessions", sessions, 3_000);
    check("--rate", rate, 2_000);
    var screen = new Screen(spec.commandLine().getOut(), System.console() != null);
    try {
      return new Demo(sessions, rate, screen).run() ? 0 : FAILED;
    } catch (TargetException | ProcessException e) {
      spec.commandLine().getErr().println(spec.root().name() + ": " + e.getMessage());
      return NOT_STARTED;
    }
  }

  private void check(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s: 1 to %d, not %d".formatted(option, most, value));
    }
  }
}
