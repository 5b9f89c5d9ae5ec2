package dev.holdfast.app;

import dev.holdfast.app.command.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Finds the commands of the load test, whose jar a server need not have: nothing here is compiled
 * against it.
 */
final class Tools {
  private Tools() {}

  /** Returns the command of that class, or one that says that it is missing. */
  static Object command(String type) {
    try {
      return Class.forName(type).getDeclaredConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      return new Missing();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " is no command", e);
    }
  }

  /** Takes any arguments, and says what to do. */
  @Command(hidden = true)
  static final class Missing implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Unmatched private final List<String> ignored = new ArrayList<>();

    @Override
    public Integer call() {
      spec.commandLine()
          .getErr()
          .printf(
              "holdfast: '%s' is not part of this installation: it needs the jar of the load test,"
                  + " holdfast-loadtest, and those that it uses.%n",
              spec.name());
      return ExitCode.USAGE;
    }
  }
}
