package dev.holdfast.app;

import dev.holdfast.app.command.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What can be done with issuers. */
@Command(
    name = "issuers",
    mixinStandardHelpOptions = true,
    description = "Tries issuers of tokens out, and lists, adds or removes those of running nodes.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      IssuerCheckCommand.class,
      IssuerChanges.ListIssuers.class,
      IssuerChanges.Add.class,
      IssuerChanges.Remove.class
    })
final class IssuersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
