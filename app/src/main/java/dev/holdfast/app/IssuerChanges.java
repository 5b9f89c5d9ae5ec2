package dev.holdfast.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.holdfast.app.command.CallException;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.OperatorCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
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

/** Commands that ask a node for its issuers, or change those of all nodes. */
final class IssuerChanges {
  private static final String PATH = "/v1/issuers";

  private IssuerChanges() {}

  private static String line(JsonNode issuer) {
    return "%-10s  %s"
        .formatted(
            issuer.path("configured").asBoolean() ? "configured" : "added",
            issuer.path("settings").toString());
  }

  /** Lists issuers. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = {
        "Lists the issuers of a running node, with their settings: those of its configuration, and",
        "those that were added."
      })
  static final class ListIssuers implements Callable<Integer> {
    private static final String PAGE = "1000";

    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Override
    public Integer call() {
      Map<String, @Nullable String> query = new HashMap<>();
      query.put("limit", PAGE);
      do {
        JsonNode page = operator.call("GET", PATH, query);
        page.path("issuers").forEach(one -> spec.commandLine().getOut().println(line(one)));
        query.put("after", page.path("next").textValue());
      } while (query.get("after") != null);
      return ExitCode.OK;
    }
  }

  /** Adds an issuer, or changes one. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Adds an issuer, or replaces the settings of one that was added. All nodes take its tokens",
        "within 2 s, without a restart. Try it first with: issuers check."
      })
  static final class Add implements Callable<Integer> {
    private static final int LONGEST = 64 * 1024;
    private static final YAMLMapper YAML = new YAMLMapper();

    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Parameters(
        paramLabel = "URL",
        arity = "0..1",
        description = "Name of the issuer, as in the iss of its tokens.")
    private @Nullable String issuer;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description =
            "YAML or JSON with any settings, as in an entry of auth.issuers; - is standard input."
                + " Other options count instead of what it says.")
    private @Nullable Path file;

    @Option(
        names = "--preset",
        paramLabel = "NAME",
        description = "Provider: supabase, auth0, workos, clerk or keycloak.")
    private @Nullable String preset;

    @Option(names = "--jwks", paramLabel = "URL", description = "Address of its key set.")
    private @Nullable String jwks;

    @Option(names = "--tenant", description = "Tenant of all its tokens.")
    private @Nullable String tenant;

    @Option(names = "--tenants", description = "A tenant that its tokens may name; repeatable.")
    private List<String> tenants = List.of();

    @Option(names = "--audience", paramLabel = "AUD", description = "One of its aud; repeatable.")
    private List<String> audience = List.of();

    @Option(
        names = "--authorized-party",
        paramLabel = "AZP",
        description = "One of its azp; repeatable.")
    private List<String> parties = List.of();

    @Override
    public Integer call() {
      JsonNode added = operator.call("PUT", PATH, Map.of(), settings());
      spec.commandLine().getOut().println(line(added));
      return ExitCode.OK;
    }

    private ObjectNode settings() {
      ObjectNode settings = file == null ? JsonNodeFactory.instance.objectNode() : read(file);
      put(settings, "issuer", issuer);
      put(settings, "preset", preset);
      put(settings, "jwks", jwks);
      put(settings, "tenant", tenant);
      put(settings, "tenants", tenants);
      put(settings, "audience", audience);
      put(settings, "authorizedParties", parties);
      return settings;
    }

    private static void put(ObjectNode settings, String name, @Nullable String value) {
      if (value != null) {
        settings.put(name, value);
      }
    }

    private static void put(ObjectNode settings, String name, List<String> values) {
      if (!values.isEmpty()) {
        values.forEach(settings.putArray(name)::add);
      }
    }

    private ObjectNode read(Path path) {
      try {
        byte[] bytes =
            path.equals(Path.of("-")) ? System.in.readNBytes(LONGEST) : Files.readAllBytes(path);
        if (YAML.readTree(new String(bytes, StandardCharsets.UTF_8)) instanceof ObjectNode object) {
          return object;
        }
        throw new ParameterException(spec.commandLine(), "--file: a mapping is needed");
      } catch (JsonProcessingException e) {
        throw new ParameterException(spec.commandLine(), "--file: not valid YAML");
      } catch (IOException e) {
        throw new CallException("--file: " + e);
      }
    }
  }

  /** Removes an issuer. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = {
        "Removes an issuer that was added. Within 2 s all nodes refuse its tokens, and close the",
        "connections that were opened with them."
      })
  static final class Remove implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OperatorCalls operator;

    @Parameters(paramLabel = "URL", description = "Name of the issuer.")
    private String issuer;

    @Override
    public Integer call() {
      operator.call("DELETE", PATH, Map.of("issuer", issuer));
      spec.commandLine().getOut().println("removed");
      return ExitCode.OK;
    }
  }
}
