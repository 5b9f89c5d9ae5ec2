package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.OperatorCalls;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sets limits of a tenant, if some are named, and prints all that it has then. */
@Command(
    name = "limits",
    mixinStandardHelpOptions = true,
    description = {
      "Sets the limits that are given, then prints all limits of the tenant and of each of its users.",
      "All nodes apply them within seconds. A limit below the present use removes nothing."
    })
final class LimitsCommand implements Callable<Integer> {
  private static final String PATH = "/v1/limits";
  private static final String AS_CONFIGURED = "default";

  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--tenant", required = true, description = "Tenant whose limits these are.")
  private String tenant;

  @Parameters(
      paramLabel = "LIMIT=AMOUNT",
      arity = "0..*",
      description =
          "For example user.publications=50. 0 allows nothing, 'default' is the configured limit. The"
              + " command prints all names.")
  private Map<String, String> changes = new LinkedHashMap<>();

  @Override
  public Integer call() {
    ObjectNode body = body();
    Map<String, @Nullable String> query = Map.of("tenant", tenant);
    JsonNode limits =
        body.isEmpty()
            ? operator.call("GET", PATH, query)
            : operator.call("PATCH", PATH, query, body);
    print(spec.commandLine().getOut(), limits);
    return ExitCode.OK;
  }

  private ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    changes.forEach(
        (limit, amount) -> {
          if (amount.equals(AS_CONFIGURED)) {
            body.putNull(limit);
          } else {
            body.put(limit, number(limit, amount));
          }
        });
    return body;
  }

  private long number(String limit, String amount) {
    try {
      return Long.parseLong(amount);
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(), limit + ": a number or 'default', not " + amount);
    }
  }

  private static void print(PrintWriter out, JsonNode answer) {
    answer
        .path("limits")
        .fields()
        .forEachRemaining(
            limit ->
                out.printf(
                    Locale.ROOT,
                    "%-26s %,17d%s%n",
                    limit.getKey(),
                    limit.getValue().asLong(),
                    answer.path("set").has(limit.getKey()) ? "  set for this tenant" : ""));
    out.flush();
  }
}
