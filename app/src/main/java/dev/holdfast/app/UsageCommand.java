package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.OperatorCalls;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints who takes the most in Redis. */
@Command(
    name = "usage",
    mixinStandardHelpOptions = true,
    description = "Lists the tenants, users and channels that use the most memory in Redis.")
final class UsageCommand implements Callable<Integer> {
  private static final int MOST_QUESTIONS = 200;
  private static final double KIB = 1024.0;

  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--tenant", description = "Lists only this tenant; default: all.")
  private @Nullable String tenant;

  @Option(
      names = "--limit",
      defaultValue = "10",
      description = "Number of each to list; default 10.")
  private int limit;

  /** A walk through millions of keys is asked for until it is done; each question waits for it. */
  @Override
  public Integer call() {
    Map<String, @Nullable String> query = new HashMap<>();
    query.put("tenant", tenant);
    query.put("limit", Integer.toString(limit));
    JsonNode usage = operator.call("GET", "/v1/usage", query);
    for (int i = 0; i < MOST_QUESTIONS && !usage.path("complete").asBoolean(); i++) {
      spec.commandLine().getErr().println(usage.path("keys").asLong() + " keys so far");
      usage = operator.call("GET", "/v1/usage", query);
    }
    print(spec.commandLine().getOut(), usage);
    return ExitCode.OK;
  }

  private void print(PrintWriter out, JsonNode usage) {
    out.printf("%s in %d keys%n", size(usage.path("bytes")), usage.path("keys").asLong());
    rows(out, "Tenants", usage.path("tenants"), null);
    rows(out, "Users", usage.path("users"), "user");
    rows(out, "Channels", usage.path("channels"), "channel");
    out.flush();
  }

  private static void rows(PrintWriter out, String title, JsonNode rows, @Nullable String kind) {
    out.printf("%n%s%n", title);
    for (JsonNode row : rows) {
      String name =
          row.path("tenant").asText() + (kind == null ? "" : "  " + row.path(kind).asText());
      out.printf("%12s  %9d keys  %s%n", size(row.path("bytes")), row.path("keys").asLong(), name);
    }
  }

  static String size(JsonNode bytes) {
    double kib = bytes.asLong() / KIB;
    return kib < KIB ? "%.1f KiB".formatted(kib) : "%.1f MiB".formatted(kib / KIB);
  }
}
