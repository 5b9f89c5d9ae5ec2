package dev.holdfast.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Runs one command in this process, and keeps what it prints. */
public final class Commands {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Returns the exit code. */
  public int run(String... line) {
    CommandLine commands = Holdfast.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return commands.execute(line);
  }

  public String out() {
    return out.toString();
  }

  public String err() {
    return err.toString();
  }
}
