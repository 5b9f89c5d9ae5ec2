package dev.holdfast.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.holdfast.app.command.CallException;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import dev.holdfast.app.command.OperatorCalls;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exports what a tenant, or one of its users, has. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes everything of a tenant, or of one of its users, as JSON objects, one a line, in UTF-8.",
      "Fails if the last line is not the one that an export ends with, and says why."
    })
final class ExportCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BUFFER = 64 << 10;

  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Parameters(paramLabel = "TENANT", description = "Its name.")
  private String tenant;

  @Option(
      names = "--user",
      description = "Exports this user only: its sessions, channel, runs, threads and files.")
  private @Nullable String user;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where to write to. Default: the standard output.")
  private @Nullable Path output;

  @Override
  public Integer call() {
    Map<String, @Nullable String> query = new HashMap<>();
    query.put("user", user);
    String path = "/v1/tenants/" + NodeCalls.part(tenant) + "/export";
    JsonNode last;
    try (InputStream lines = operator.at(null).open(path, query);
        OutputStream to = output == null ? standard(System.out) : Files.newOutputStream(output)) {
      last = copy(lines, to);
    } catch (IOException e) {
      throw new CallException("The export is not whole: it can't be written: " + e, e);
    }
    if (!last.path("kind").asText().equals("end")) {
      throw new CallException("The export is not whole: " + why(last));
    }
    spec.commandLine().getErr().println("Exported: " + last.path("counts"));
    return ExitCode.OK;
  }

  private static String why(JsonNode last) {
    return last.path("kind").asText().equals("error")
        ? last.path("code").asText() + ", " + last.path("detail").asText()
        : "it has no end line.";
  }

  /**
   * Writes bytes as they are, whatever the console's encoding, and stays open. Fails if they were
   * not taken, which a PrintStream keeps to itself.
   */
  static OutputStream standard(PrintStream console) {
    return new FilterOutputStream(console) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        check();
      }

      @Override
      public void close() throws IOException {
        check();
      }

      private void check() throws IOException {
        if (console.checkError()) {
          throw new IOException("the standard output takes no more");
        }
      }
    };
  }

  /** Copies lines, and returns the last whole one that is not empty; missing: there was none. */
  private static JsonNode copy(InputStream lines, OutputStream to) throws IOException {
    var line = new ByteArrayOutputStream();
    byte[] whole = new byte[0];
    byte[] buffer = new byte[BUFFER];
    int length;
    while ((length = next(lines, buffer)) >= 0) {
      to.write(buffer, 0, length);
      int from = 0;
      for (int i = 0; i < length; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, from, i - from);
          whole = line.size() > 0 ? line.toByteArray() : whole;
          line.reset();
          from = i + 1;
        }
      }
      line.write(buffer, from, length - from);
    }
    return line.size() > 0 ? MissingNode.getInstance() : read(whole);
  }

  private static int next(InputStream lines, byte[] buffer) {
    try {
      return lines.read(buffer);
    } catch (IOException e) {
      throw new CallException("The export is not whole: the connection broke: " + e, e);
    }
  }

  private static JsonNode read(byte[] line) {
    try {
      return JSON.readTree(new String(line, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
