package dev.holdfast.loadtest;

import dev.holdfast.loadtest.report.Result;
import dev.holdfast.loadtest.report.ResultException;
import dev.holdfast.loadtest.report.ResultJson;
import dev.holdfast.loadtest.report.Terminal;
import dev.holdfast.loadtest.report.compare.Comparison;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Two results side by side. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Compares two results: how does the second differ from the first?")
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "A.json",
      description = "First result, a file that --json wrote.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B.json", description = "Second result.")
  private Path second;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also writes the comparison as a page.")
  private @Nullable Path html;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Comparison comparison = Comparison.of(name(first), read(first), name(second), read(second));
      comparison.print(out, Terminal.detect());
      out.flush();
      if (html != null) {
        comparison.writeHtml(html);
      }
      return LoadExit.OK;
    } catch (IOException e) {
      spec.commandLine().getErr().println("load compare: " + message(e));
      return LoadExit.USAGE;
    }
  }

  private static Result read(Path file) throws IOException {
    return ResultJson.read(file);
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static @Nullable String message(IOException failure) {
    if (failure instanceof ResultException) {
      return failure.getMessage();
    }
    return failure instanceof NoSuchFileException
        ? "there is no file " + failure.getMessage()
        : failure.toString();
  }
}
