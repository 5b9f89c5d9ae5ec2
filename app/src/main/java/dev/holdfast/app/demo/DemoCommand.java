package dev.holdfast.app.demo;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Option(names = "--sessions", defaultValue = "300", description = "Clients; default 300.")
  private int sessions;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "Durable publications a second; default 200.")
  private int rate;

  @Override
  public Integer call() throws Exception {
    var screen = new Screen(spec.commandLine().getOut(), System.console() != null);
    try (var demo = new Demo(sessions, rate, screen)) {
      Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "holdfast-demo-stop"));
      boolean good = demo.run();
      demo.close();
      if (good) {
        demo.forget();
      } else {
        screen.event("FAILED; the processes' logs are in " + demo.folder());
      }
      return good ? 0 : 1;
    }
  }
}
