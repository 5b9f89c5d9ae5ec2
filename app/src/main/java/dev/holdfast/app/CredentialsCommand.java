package dev.holdfast.app;

import dev.holdfast.app.command.ConfigOptions;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.start.Keys;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Grant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints what a service joins the bus with, and nothing else, on standard output. */
@Command(
    name = "credentials",
    mixinStandardHelpOptions = true,
    description =
        "Prints credentials of a service: a line for the file that HOLDFAST_CLUSTER_SECRET_FILE names."
            + " With them it joins the bus, and acts for the given tenants only.")
final class CredentialsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--service", required = true, description = "Name of the service.")
  private String service;

  @Option(
      names = "--tenant",
      required = true,
      description = "Tenant that the service acts for; may be repeated. '*' means all tenants.")
  private List<String> tenants;

  @Override
  public Integer call() {
    HoldfastConfig config = Keys.guarded(options.reader().read());
    if (config.cluster().secret() == null) {
      throw new ConfigException(List.of("cluster.secret: none is configured to sign them with"));
    }
    String line = ServiceCredentials.make(config.cluster().secret(), grant());
    spec.commandLine().getOut().println(line);
    return ExitCode.OK;
  }

  private Grant grant() {
    try {
      return new Grant(service, new LinkedHashSet<>(tenants));
    } catch (HoldfastException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }
}
