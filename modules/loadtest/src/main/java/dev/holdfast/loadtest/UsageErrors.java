package dev.holdfast.loadtest;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells in a line what is wrong with a command line, and in a second one where to read more. */
public final class UsageErrors implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException failure, String[] ignored) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + failure.getMessage() + suggestion(failure));
    err.println("Try '" + name + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static String suggestion(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      Optional<String> meant = unmatched.isUnknownOption() ? option(unmatched) : command(unmatched);
      return meant.map(name -> "; did you mean " + name + "?").orElse("");
    }
    return "";
  }

  private static Optional<String> option(UnmatchedArgumentException unmatched) {
    return unmatched.getSuggestions().stream().findFirst();
  }

  private static Optional<String> command(UnmatchedArgumentException unmatched) {
    var known = List.copyOf(unmatched.getCommandLine().getSubcommands().keySet());
    return Nearest.near(unmatched.getUnmatched().get(0), known);
  }
}
