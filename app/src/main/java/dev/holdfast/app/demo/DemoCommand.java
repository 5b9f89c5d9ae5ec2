package dev.holdfast.app.demo;

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
            + " with SIGKILL, and counts what the clients received. Takes half a minute. Code 0"
            + " when nothing was lost, repeated or reordered, and every session was resumed.",
    subcommands = {DemoClientsCommand.class, DemoServiceCommand.class})
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--sessions",
      defaultValue = "300",
      description = "Clients, 1 to 3000; default 300.")
  private int sessions;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "Durable publications a second, 1 to 2000; default 200.")
  private int rate;

  @Override
  public Integer call() throws InterruptedException {
    check("--sessions", sessions, 3_000);
    check("--rate", rate, 2_000);
    var screen = new Screen(spec.commandLine().getOut(), System.console() != null);
    try (var demo = new Demo(sessions, rate, screen)) {
      // Ctrl-C, too, leaves nothing behind.
      Runtime.getRuntime().addShutdownHook(new Thread(demo::abandon, "holdfast-demo-stop"));
      boolean good = run(demo, screen);
      return good ? 0 : 1;
    }
  }

  private void check(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s: 1 to %d, not %d".formatted(option, most, value));
    }
  }

  private static boolean run(Demo demo, Screen screen) throws InterruptedException {
    boolean good = false;
    try {
      good = demo.run();
    } finally {
      if (!good && !demo.abandoned()) {
        screen.event("FAILED; the logs of its processes are in " + demo.keepLogs());
      }
    }
    return good;
  }
}
