package dev.holdfast.app.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.holdfast.app.command.ConfigOptions;
import dev.holdfast.app.command.NodeCalls;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.start.Keys;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastOptions;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.config.GatewayConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who a command of the shell acts for, and at which node. */
final class ShellOptions {
  /** Without the feature, it takes "3 items" as 3. */
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Duration TOKEN_LIFE = Duration.ofHours(1);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ConfigOptions options;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Address of a node for clients; default: http://127.0.0.1 with gateway.port.")
  private @Nullable URI url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "Token to use. $HOLDFAST_TOKEN is safer: all users of a machine can read command lines."
              + " Default: one signed with the development key or the configured HS256 key.")
  private @Nullable String token = System.getenv("HOLDFAST_TOKEN");

  @Option(
      names = "--tenant",
      defaultValue = "acme",
      description = "Tenant of the token that is signed; default acme.")
  private String tenant;

  @Option(
      names = "--user",
      defaultValue = "shell",
      description = "User of the token that is signed; default shell.")
  private String user;

  @Option(names = "--json", description = "Prints JSON, one object per line.")
  private boolean json;

  private volatile boolean interrupted;

  /**
   * Connects as a client. If the process is to end, as after Ctrl-C, it ends the session first.
   *
   * @param permissions of a token that is signed here
   */
  Holdfast connect(String... permissions) {
    HoldfastConfig config = options.readWithoutBus();
    String base = base(config).toString().replaceFirst("^http", "ws");
    String address = base.replaceFirst("/+$", "") + "/v1/connect";
    Supplier<String> tokens = tokens(config, Set.of(permissions));
    Holdfast client =
        Holdfast.connect(
            HoldfastOptions.to(address)
                .name("shell", "1")
                .token(() -> CompletableFuture.completedFuture(tokens.get())));
    client.onState(this::note);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(client), "holdfast-shell-end"));
    return client;
  }

  private void interrupt(Holdfast client) {
    interrupted = true;
    Failures.endSoon(client);
  }

  /** Returns whether the process was to end, and so has ended its session. */
  boolean isInterrupted() {
    return interrupted;
  }

  /** Prints a loss on standard error: the client goes on by itself. */
  private void note(ClientState state) {
    if (state.kind() == ClientState.Kind.OFFLINE) {
      String line =
          "offline (%s), next attempt in %d ms".formatted(state.reason(), state.retryIn());
      spec.commandLine().getErr().println(line);
    }
  }

  /** Returns calls of a node's API by HTTP. */
  NodeCalls calls(String... permissions) {
    HoldfastConfig config = options.readWithoutBus();
    return new NodeCalls(base(config), tokens(config, Set.of(permissions)));
  }

  /** Prints a line: for people, or as JSON if that is wanted. */
  void print(JsonNode value, String text) {
    var out = spec.commandLine().getOut();
    out.println(json ? value.toString() : text);
    out.flush();
  }

  /** Reads an argument as JSON, all of it; what is none is text. */
  static JsonNode data(String text) {
    try {
      JsonNode read = JSON.readTree(text);
      return read.isMissingNode() ? TextNode.valueOf(text) : read;
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  private Supplier<String> tokens(HoldfastConfig config, Set<String> permissions) {
    String given = token;
    if (given != null) {
      return () -> given;
    }
    var signer = new TokenSigner(Keys.signing(config), config.auth());
    try {
      var caller = new Caller.User(tenant, user, Set.of(), permissions);
      return () -> signer.sign(caller, TOKEN_LIFE);
    } catch (HoldfastException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private URI base(HoldfastConfig config) {
    URI given = url;
    if (given == null) {
      GatewayConfig gateway = config.gateway();
      String scheme = gateway.tls() == null ? "http" : "https";
      return URI.create(scheme + "://127.0.0.1:" + gateway.port());
    }
    if (given.getHost() == null || !Set.of("http", "https").contains("" + given.getScheme())) {
      throw new ParameterException(
          spec.commandLine(), "--url: not as http://127.0.0.1:8080, but " + given);
    }
    return given;
  }
}
