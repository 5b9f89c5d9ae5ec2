package dev.holdfast.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.app.command.ConfigOptions;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.start.Keys;
import dev.holdfast.auth.ChannelToken;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Permissions;
import dev.holdfast.core.process.Durations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints a signed token, and nothing else, on standard output; its claims on standard error. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = "Prints a token, signed with the development key or with a configured HS256 key.")
final class TokenCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--tenant", required = true, description = "Tenant of the user.")
  private String tenant;

  @Option(names = "--user", required = true, description = "Id of the user within the tenant.")
  private String user;

  @Option(
      names = "--permission",
      description = "For example publish:topic:* or subscribe:topic:news; may be repeated.")
  private List<String> permissions = List.of();

  @Option(names = "--role", description = "Role of the user; may be repeated.")
  private List<String> roles = List.of();

  @Option(
      names = "--channel",
      description =
          "Makes a channel token: it lets nobody in, and adds this topic: or run: to a session that"
              + " shows it when it subscribes.")
  private String channel;

  @Option(
      names = "--verb",
      description = "What a channel token adds: subscribe (default), publish; may be repeated.")
  private List<String> verbs = List.of();

  @Option(names = "--session", description = "The only session that may show a channel token.")
  private String session;

  @Option(
      names = "--expires",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description =
          "Time that the token is valid: 90s, 15m, 24h; default 1h, which is the most of a channel"
              + " token.")
  private String expires;

  @Option(
      names = "--show",
      description =
          "Also prints the claims, on standard error. Your own service has to sign such claims.")
  private boolean show;

  @Override
  public Integer call() {
    HoldfastConfig config = options.readWithoutBus();
    String secret = Keys.signing(config);
    var signer = new TokenSigner(secret, config.auth());
    if (channel == null && (session != null || !verbs.isEmpty())) {
      throw bad("--verb and --session: only with --channel");
    }
    String token = channel == null ? signer.sign(caller(), lifetime()) : forChannel(signer);
    spec.commandLine().getOut().println(token);
    if (show) {
      spec.commandLine().getErr().println(claims(token));
    }
    return ExitCode.OK;
  }

  private String forChannel(TokenSigner signer) {
    Caller.User user = caller();
    if (!user.permissions().isEmpty() || !user.roles().isEmpty()) {
      throw bad("--channel: without --permission and --role, which would count for nothing");
    }
    ChannelName name = name();
    Set<String> adds = verbs.isEmpty() ? Set.of("subscribe") : Set.copyOf(verbs);
    if (!ChannelToken.VERBS.containsAll(adds)) {
      throw bad("--verb: subscribe or publish");
    }
    Duration lifetime = lifetime();
    if (lifetime.toSeconds() > ChannelToken.LONGEST_S) {
      throw bad("--expires: at most 1h for a channel");
    }
    return signer.signForChannel(user, lifetime, name, adds, session);
  }

  private ChannelName name() {
    try {
      ChannelName name = ChannelName.parse(channel);
      if (name.kind() == Kind.TOPIC || name.kind() == Kind.RUN) {
        if (session != null) {
          Names.id(session, "session");
        }
        return name;
      }
    } catch (HoldfastException e) {
      throw bad("--channel or --session: " + e.getMessage());
    }
    throw bad("--channel: a topic: or a run:");
  }

  private ParameterException bad(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private static String claims(String token) {
    byte[] json = Base64.getUrlDecoder().decode(token.split("\\.")[1]);
    try {
      return new ObjectMapper().readTree(json).toPrettyString();
    } catch (IOException e) {
      throw new UncheckedIOException("a token that is not readable", e);
    }
  }

  private Caller.User caller() {
    permissions.forEach(this::check);
    try {
      return new Caller.User(tenant, user, Set.copyOf(roles), Set.copyOf(permissions));
    } catch (HoldfastException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  /** A token with which nothing is allowed would be found out by the refusals that it gets. */
  private void check(String permission) {
    Permissions.problem(permission)
        .ifPresent(
            problem -> {
              String text = "--permission %s permits nothing: %s".formatted(permission, problem);
              throw new ParameterException(spec.commandLine(), text);
            });
  }

  private Duration lifetime() {
    try {
      Duration lifetime = Durations.parse(expires);
      if (lifetime.toSeconds() >= 1) {
        return lifetime;
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--expires: " + e.getMessage());
    }
    throw new ParameterException(spec.commandLine(), "--expires: at least 1s");
  }
}
