package dev.holdfast.app;

import dev.holdfast.app.command.ConfigOptions;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.config.ConfigView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks the settings and prints all of them, without starting a node. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description =
        "Checks the settings and prints all of them as YAML, defaults included, with *** in place of"
            + " secrets. Starts nothing.")
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(ConfigView.yaml(options.reader().read()));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
