package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Erases what a tenant, one of its users, or one of its channels has in Redis. */
@Command(
    name = "erase",
    mixinStandardHelpOptions = true,
    description = {
      "Erases a tenant, a user or a channel from Redis, step by step, and says what it did.",
      "Sessions of the tenant or user end. Broken off, it may be begun again."
    })
final class EraseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--tenant", required = true, description = "Whose.")
  private String tenant;

  @Option(names = "--user", description = "Of the tenant: its sessions and its user: channel.")
  private @Nullable String user;

  @Option(names = "--channel", description = "Of the tenant, as in topic:news.")
  private @Nullable String channel;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      required = true,
      description = "The user, the channel, or else the tenant, once more.")
  private String confirm;

  @Override
  public Integer call() {
    String named = user != null ? user : channel != null ? channel : tenant;
    if (!named.equals(confirm)) {
      throw new ParameterException(spec.commandLine(), "--confirm: it is " + named);
    }
    Map<String, @Nullable String> query = new HashMap<>();
    query.put("tenant", tenant);
    query.put("user", user);
    query.put("channel", channel);
    query.put("confirm", confirm);
    long sessions = 0;
    long keys = 0;
    do {
      JsonNode step = operator.call("DELETE", "/v1/usage", query);
      sessions += step.path("sessions").asLong();
      keys += step.path("keys").asLong();
      query.put("after", step.path("next").textValue());
      spec.commandLine().getOut().printf("%d sessions ended, %d keys deleted%n", sessions, keys);
      spec.commandLine().getOut().flush();
    } while (query.get("after") != null);
    return ExitCode.OK;
  }
}
