package dev.holdfast.app;

import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.shell.HistoryCommand;
import dev.holdfast.app.shell.NodesCommand;
import dev.holdfast.app.shell.PubCommand;
import dev.holdfast.app.shell.RequestCommand;
import dev.holdfast.app.shell.SessionsCommand;
import dev.holdfast.app.shell.SubCommand;
import dev.holdfast.app.shell.TopCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
    synopsisSubcommandLabel = "COMMAND")
public final class Holdfast implements Callable<Integer> {
  /** Commands, in the order of the help. */
  private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

  /**
   * Commands that need no other. Only the one asked for is made then, as a node has to start soon.
   */
  private static final Set<String> ALONE =
      Set.of("serve", "config", "token", "credentials", "health");

  static {
    COMMANDS.put("serve", ServeCommand::new);
    COMMANDS.put("config", ConfigCommand::new);
    COMMANDS.put("token", TokenCommand::new);
    COMMANDS.put("credentials", CredentialsCommand::new);
    COMMANDS.put("health", HealthCommand::new);
    COMMANDS.put("limits", LimitsCommand::new);
    COMMANDS.put("usage", UsageCommand::new);
    COMMANDS.put("erase", EraseCommand::new);
    COMMANDS.put("revoke", RevokeCommand::new);
    COMMANDS.put("issuers", IssuersCommand::new);
    COMMANDS.put("tenants", TenantsCommand::new);
    COMMANDS.put("sub", SubCommand::new);
    COMMANDS.put("pub", PubCommand::new);
    COMMANDS.put("request", RequestCommand::new);
    COMMANDS.put("history", HistoryCommand::new);
    COMMANDS.put("sessions", SessionsCommand::new);
    COMMANDS.put("nodes", NodesCommand::new);
    COMMANDS.put("top", TopCommand::new);
    COMMANDS.put("demo", () -> Tools.command("dev.holdfast.loadtest.demo.DemoCommand"));
    COMMANDS.put("load", () -> Tools.command("dev.holdfast.loadtest.LoadCommand"));
    COMMANDS.put("help", HelpCommand::new);
  }

  @Spec private CommandSpec spec;

  private Holdfast() {}

  public static void main(String[] args) {
    // Nothing is served from the class path, and a killed node would leave the folder made for it.
    System.setProperty("vertx.disableFileCPResolving", "true");
    System.exit(commandLine(args).execute(args));
  }

  /** Prints the help for somebody who types the program's name alone. */
  @Override
  public Integer call() {
    spec.commandLine().getErr().println("holdfast: which command?");
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }

  /**
   * @param args that it is to execute
   */
  static CommandLine commandLine(String... args) {
    CommandLine commands = new CommandLine(new Holdfast());
    String first = args.length == 0 ? "" : args[0];
    COMMANDS.forEach(
        (name, command) -> {
          if (!ALONE.contains(first) || name.equals(first)) {
            commands.addSubcommand(name, command.get());
          }
        });
    commands.setExecutionExceptionHandler(ExitCode::explain);
    commands.setParameterExceptionHandler(new UsageErrors());
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setUsageHelpWidth(100);
    describe(commands);
    return commands;
  }

  /** Adds what the help of every command says alike; a command may have exit codes of its own. */
  private static void describe(CommandLine commands) {
    commands.getCommandSpec().versionProvider(new Version());
    var usage = commands.getCommandSpec().usageMessage();
    if (usage.exitCodeList().isEmpty()) {
      usage.exitCodeListHeading("%nExit codes:%n");
      usage.exitCodeList(ExitCode.MEANINGS);
    }
    commands.getSubcommands().values().forEach(Holdfast::describe);
  }
}
