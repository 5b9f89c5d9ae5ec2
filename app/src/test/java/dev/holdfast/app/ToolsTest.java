package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.command.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ToolsTest {
  /** An image has no load test: whoever asks for it is to read why, in a line. */
  @ParameterizedTest
  @ValueSource(strings = {"load", "load kill --nodes 3", "load --help"})
  void aCommandWhoseJarIsNotThereSaysSo(String line) {
    var err = new StringWriter();
    var commands = new CommandLine(CommandLine.Model.CommandSpec.create().name("holdfast"));
    commands.addSubcommand("load", Tools.command("dev.holdfast.nowhere.LoadCommand"));
    commands.setErr(new PrintWriter(err, true));

    assertEquals(ExitCode.USAGE, commands.execute(line.split(" ")));

    assertTrue(err.toString().startsWith("holdfast: 'load' is not part of this"), err.toString());
    assertEquals(1, err.toString().lines().count());
  }
}
