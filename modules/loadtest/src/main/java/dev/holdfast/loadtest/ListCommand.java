package dev.holdfast.loadtest;

import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.scenario.Scenarios;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what can be run. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the scenarios with their default sizes.")
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (Scenario scenario : Scenarios.ALL) {
      out.printf("%-10s %s (%s)%n", scenario.name(), scenario.description(), scenario.defaults());
    }
    out.flush();
    return LoadExit.OK;
  }
}
