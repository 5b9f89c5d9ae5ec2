package dev.holdfast.app.command;

import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.node.EndException;
import dev.holdfast.app.start.StartException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The exit codes of the process and their meanings, the same for all commands. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int CONFIGURATION = 3;
  public static final int NOT_STARTED = 4;

  /** Meanings by code, for people. */
  public static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put(Integer.toString(OK), "done; or ended as asked");
    MEANINGS.put(Integer.toString(FAILED), "failed while running");
    MEANINGS.put(Integer.toString(USAGE), "the command line is not valid");
    MEANINGS.put(Integer.toString(CONFIGURATION), "the configuration is not valid");
    MEANINGS.put(
        Integer.toString(NOT_STARTED),
        "could not start: Redis or the cluster not reachable, or a port in use");
    MEANINGS.put("130, 143", "ended by Ctrl-C, by SIGTERM");
  }

  private ExitCode() {}

  /** Prints why a command failed, and returns the code; a stack trace only for a bug. */
  public static int explain(Exception failure, CommandLine commands, ParseResult ignored) {
    int code = of(failure);
    commands.getErr().println("holdfast: " + message(failure));
    boolean expected = failure instanceof EndException || failure instanceof CallException;
    if (code == FAILED && !expected) {
      LoggerFactory.getLogger(ExitCode.class).error("Failed", failure);
    }
    return code;
  }

  private static int of(Exception failure) {
    if (failure instanceof ConfigException) {
      return CONFIGURATION;
    }
    boolean notStarted = failure instanceof StartException;
    return notStarted ? NOT_STARTED : FAILED;
  }

  private static String message(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
