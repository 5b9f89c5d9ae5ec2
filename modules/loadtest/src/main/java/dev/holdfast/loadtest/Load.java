package dev.holdfast.loadtest;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The load test as a program of its own, for machines that have no server. */
public final class Load {
  private Load() {}

  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "dev/holdfast/loadtest/logback.xml");
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine commands = new CommandLine(new LoadCommand()).setCommandName("holdfast-load");
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setUsageHelpWidth(100);
    commands.setParameterExceptionHandler((failure, ignored) -> explain(failure));
    return commands;
  }

  /** In one line. */
  private static int explain(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + failure.getMessage() + suggestion(failure));
    command.getErr().println("Try '" + name + " --help'.");
    return LoadExit.USAGE;
  }

  private static String suggestion(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
      List<String> near = unmatched.getSuggestions();
      return near.isEmpty() ? "" : "; did you mean " + near.get(0) + "?";
    }
    return "";
  }
}
