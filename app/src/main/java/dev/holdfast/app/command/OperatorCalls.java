package dev.holdfast.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.start.Keys;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import dev.holdfast.gateway.config.GatewayConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Asks a node for the commands of operators, with a token that it accepts. */
public final class OperatorCalls {
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

  /** Permissions of a token that is signed here; each command needs some of them. */
  private static final Set<String> PERMISSIONS =
      Set.of(
          "limits:read",
          "limits:write",
          "usage:read",
          "usage:erase",
          "nodes:read",
          "stats:read",
          "issuers:read",
          "issuers:write",
          "tenants:read",
          "tenants:write",
          "tenants:revoke",
          "tenants:audit",
          "tenants:export");

  private static final Set<String> SCHEMES = Set.of("http", "https");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ConfigOptions options;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Address of a node for operators. Default: http://127.0.0.1 with the port of"
              + " gateway.management, or of gateway if there is none.")
  private @Nullable URI url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "Token of an operator. $HOLDFAST_TOKEN is safer: all users of a machine can read command"
              + " lines. Default: one signed with the development key or the configured HS256 key.")
  private @Nullable String token = System.getenv("HOLDFAST_TOKEN");

  /** Calls an operation without a body. */
  public JsonNode call(String method, String path, Map<String, @Nullable String> query) {
    return call(method, path, query, null);
  }

  /**
   * @param query names and values; names without a value are left out
   * @param body JSON, if there is one
   * @throws CallException if there is no good answer
   */
  public JsonNode call(
      String method, String path, Map<String, @Nullable String> query, @Nullable JsonNode body) {
    return at(null).call(method, path, query, body);
  }

  /**
   * Returns calls of one of several nodes.
   *
   * @param node its address; none: that of {@code --url}
   */
  public NodeCalls at(@Nullable URI node) {
    HoldfastConfig config = options.readWithoutBus();
    URI given = node == null ? url : node;
    URI base = given == null ? here(config.gateway()) : checked(given);
    return new NodeCalls(base, tokens(config));
  }

  private URI checked(URI url) {
    if (url.getHost() == null || !SCHEMES.contains(url.getScheme())) {
      throw new ParameterException(
          spec.commandLine(), "--url: not as http://127.0.0.1:8081, but " + url);
    }
    return url;
  }

  private static URI here(GatewayConfig gateway) {
    boolean apart = gateway.managesApart();
    int own = gateway.management().port();
    String scheme = apart || gateway.tls() == null ? "http" : "https";
    return URI.create(scheme + "://127.0.0.1:" + (own == 0 ? gateway.port() : own));
  }

  private Supplier<String> tokens(HoldfastConfig config) {
    String given = token;
    if (given != null) {
      return () -> given;
    }
    String operators = config.gateway().operatorTenant();
    if (operators == null) {
      throw new ConfigException(
          List.of("gateway.operatorTenant: names nobody, so no token is an operator's"));
    }
    var caller = new Caller.User(operators, "operator", Set.of(), PERMISSIONS);
    var signer = new TokenSigner(Keys.signing(config), config.auth());
    return () -> signer.sign(caller, TOKEN_LIFE);
  }
}
