package dev.holdfast.app.demo;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);

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
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(demo), "holdfast-demo-stop"));
      boolean good = run(demo, screen);
      return good ? 0 : 1;
    }
  }

  private static boolean run(Demo demo, Screen screen) throws Exception {
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

  /** Ctrl-C, too, leaves nothing behind. */
  private static void end(Demo demo) {
    try {
      demo.abandon();
    } catch (IOException e) {
      LOG.warn("The demo's folder could not be removed: {}", e.toString());
    }
  }
}
