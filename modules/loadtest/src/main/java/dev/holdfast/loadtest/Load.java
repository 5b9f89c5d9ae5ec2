package dev.holdfast.loadtest;

import picocli.CommandLine;

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
    commands.setParameterExceptionHandler(new UsageErrors());
    return commands;
  }
}
