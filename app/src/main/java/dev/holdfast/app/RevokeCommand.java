package dev.holdfast.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import dev.holdfast.app.command.OperatorCalls;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Revokes tokens of a tenant. */
@Command(
    name = "revoke",
    mixinStandardHelpOptions = true,
    description = {
      "Revokes tokens of a tenant: one, that of a session, or those of a user or of all users.",
      "All nodes refuse them within 2 s, and close the connections that were opened with them."
    })
final class RevokeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--tenant", required = true, description = "Tenant whose tokens these are.")
  private String tenant;

  @SuppressWarnings("NullAway.Init") // set by picocli
  @ArgGroup(multiplicity = "1")
  private Which which;

  @Option(
      names = "--issued-until",
      paramLabel = "TIME",
      description =
          "With --user or --all: only tokens issued up to this time, as 2026-01-31T12:00:00Z."
              + " Default: now.")
  private @Nullable String issuedUntil;

  /** The tokens, named in one way. */
  static final class Which {
    @Option(names = "--user", description = "Tokens of this user.")
    private @Nullable String user;

    @Option(
        names = "--token-id",
        paramLabel = "ID",
        description = "The token with this jti, or those of this session at their issuer (sid).")
    private @Nullable String token;

    @Option(names = "--session", description = "The token of this session, which ends.")
    private @Nullable String session;

    @Option(names = "--all", description = "All tokens of the tenant.")
    private boolean all;
  }

  @Override
  public Integer call() {
    String path = "/v1/tenants/" + NodeCalls.part(tenant) + "/revocations";
    operator.call("POST", path, Map.of(), body());
    spec.commandLine().getOut().println("revoked");
    return ExitCode.OK;
  }

  private ObjectNode body() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    put(body, "user", which.user);
    put(body, "token", which.token);
    put(body, "session", which.session);
    if (which.all) {
      body.put("all", true);
    }
    if (issuedUntil != null) {
      body.put("issuedUntil", seconds(issuedUntil));
    }
    return body;
  }

  private static void put(ObjectNode body, String name, @Nullable String value) {
    if (value != null) {
      body.put(name, value);
    }
  }

  private long seconds(String time) {
    try {
      return Instant.parse(time).getEpochSecond();
    } catch (DateTimeException e) {
      throw new ParameterException(
          spec.commandLine(), "--issued-until: not as 2026-01-31T12:00:00Z, but " + time);
    }
  }
}
