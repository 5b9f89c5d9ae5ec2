package dev.holdfast.app;

import dev.holdfast.app.demo.DemoCommand;
import dev.holdfast.loadtest.LoadCommand;
import dev.holdfast.loadtest.LoadExit;
import dev.holdfast.loadtest.UsageErrors;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The main class: parses the command line, runs a command, and exits with its code. */
@Command(
    name = "holdfast",
    mixinStandardHelpOptions = true,
    description = "A multi-tenant real-time server whose sessions outlive the node they are on.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      ConfigCommand.class,
      TokenCommand.class,
      HealthCommand.class,
      DemoCommand.class,
      LoadCommand.class,
      HelpCommand.class
    })
public final class Holdfast implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private Holdfast() {}

  public static void main(String[] args) {
    // Nothing is served from the class path, and a killed node would leave the folder made for it.
    System.setProperty("vertx.disableFileCPResolving", "true");
    System.exit(commandLine().execute(args));
  }

  /** Of one who types the program's name alone, to see what it is. */
  @Override
  public Integer call() {
    spec.commandLine().getErr().println("holdfast: which command?");
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  static CommandLine commandLine() {
    CommandLine commands = new CommandLine(new Holdfast());
    commands.setExecutionExceptionHandler(ExitCode::explain);
    commands.setParameterExceptionHandler(new UsageErrors());
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setUsageHelpWidth(100);
    describe(commands);
    var load = commands.getSubcommands().get("load").getCommandSpec();
    load.usageMessage().exitCodeList(LoadExit.MEANINGS);
    return commands;
  }

  /** What the help of every command tells alike. */
  private static void describe(CommandLine commands) {
    commands.getCommandSpec().versionProvider(new Version());
    commands.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n");
    commands.getCommandSpec().usageMessage().exitCodeList(ExitCode.MEANINGS);
    commands.getSubcommands().values().forEach(Holdfast::describe);
  }
}
