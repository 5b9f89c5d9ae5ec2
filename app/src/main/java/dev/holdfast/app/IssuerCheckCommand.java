package dev.holdfast.app;

import dev.holdfast.app.command.CallException;
import dev.holdfast.app.command.ConfigOptions;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.auth.IssuerCheck;
import dev.holdfast.auth.IssuerCheck.Finding;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerClaims;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.Preset;
import dev.holdfast.auth.jwks.JwksClient;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at an issuer as a node would, and says what a token of it gives. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Reads an issuer's discovery document and keys as a node would, and prints which keys are used.",
      "With a token, verifies it, and prints what each claim gives. Needs no running node. Exit code"
          + " 1 if tokens of the issuer would be refused."
    })
final class IssuerCheckCommand implements Callable<Integer> {
  /** Three documents of 5 s each at most. */
  private static final int LONGEST_SECONDS = 30;

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Parameters(
      paramLabel = "URL",
      description =
          "Name of the issuer, as in the iss of its tokens. If auth.issuers has it, its"
              + " settings count.")
  private String issuer;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Provider: supabase, auth0, workos, clerk or keycloak; default: none of them.")
  private @Nullable String preset;

  @Option(
      names = "--audience",
      paramLabel = "AUD",
      description = "One of these has to be in aud; may be repeated.")
  private List<String> audience = List.of();

  @Option(
      names = "--authorized-party",
      paramLabel = "AZP",
      description = "One of these has to be azp; may be repeated.")
  private Set<String> authorizedParties = Set.of();

  @Option(
      names = "--jwks",
      paramLabel = "URL",
      description = "Address of the key set; default: that of the preset, or of the discovery.")
  private @Nullable String jwks;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with a token of the issuer; - is standard input.")
  private @Nullable Path token;

  @Override
  public Integer call() {
    AuthConfig auth = options.readWithoutBus().auth();
    Optional<IssuerConfig> configured =
        auth.issuers().stream().filter(one -> one.issuer().equals(issuer)).findFirst();
    Preset provider = provider();
    try {
      JwksClient.checked(issuer);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "URL: " + e.getMessage());
    }
    List<Finding> findings = findings(auth, configured, provider);
    PrintWriter out = spec.commandLine().getOut();
    findings.forEach(
        one ->
            out.printf("%-12s%s%s%n", one.about(), one.isProblem() ? "PROBLEM: " : "", one.text()));
    out.printf(
        "%-12s%s%n",
        "settings", configured.isPresent() ? "auth.issuers has it" : setting(provider));
    return findings.stream().anyMatch(Finding::isProblem) ? ExitCode.FAILED : ExitCode.OK;
  }

  private List<Finding> findings(
      AuthConfig auth, Optional<IssuerConfig> configured, @Nullable Preset provider) {
    String text = text();
    Vertx vertx = Vertx.vertx();
    try {
      var check = new IssuerCheck(new JwksClient(vertx)::get, auth);
      return check
          .run(issuer, keySet -> configured.orElseGet(() -> settings(provider, keySet)), text)
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallException("interrupted");
    } catch (ExecutionException | TimeoutException e) {
      throw new CallException("the issuer was not read: " + e);
    } finally {
      vertx.close();
    }
  }

  private IssuerConfig settings(@Nullable Preset provider, @Nullable String discovered) {
    boolean lacks = provider == null || provider == Preset.WORKOS;
    jwks = jwks == null && lacks ? discovered : jwks;
    return new IssuerConfig(
        issuer,
        provider,
        audience,
        Set.of(),
        List.of(),
        jwks,
        null,
        Set.of(),
        authorizedParties,
        IssuerClaims.NONE,
        Map.of(),
        Map.of(),
        Map.of());
  }

  private @Nullable Preset provider() {
    if (preset == null) {
      return null;
    }
    try {
      return Preset.valueOf(preset.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      String known = Arrays.toString(Preset.values()).toLowerCase(Locale.ROOT);
      throw new ParameterException(spec.commandLine(), "--preset: one of " + known);
    }
  }

  /** What to write into auth.issuers, as far as this command line has it. */
  private String setting(@Nullable Preset provider) {
    var text = new StringBuilder("not in auth.issuers; to add: {");
    if (provider != null) {
      text.append("preset: ").append(provider.name().toLowerCase(Locale.ROOT)).append(", ");
    }
    text.append("issuer: '").append(issuer).append('\'');
    if (jwks != null) {
      text.append(", jwks: '").append(jwks).append('\'');
    }
    if (!audience.isEmpty()) {
      text.append(", audience: ['").append(String.join("', '", audience)).append("']");
    }
    if (!authorizedParties.isEmpty()) {
      text.append(", authorizedParties: ['")
          .append(String.join("', '", authorizedParties))
          .append("']");
    }
    return text.append('}').toString();
  }

  private @Nullable String text() {
    if (token == null) {
      return null;
    }
    try {
      byte[] bytes =
          token.equals(Path.of("-")) ? System.in.readNBytes(64 * 1024) : Files.readAllBytes(token);
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new CallException("--token-file: " + e);
    }
  }
}
