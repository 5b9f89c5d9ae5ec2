package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.OperatorCalls;
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
      "Erases a tenant, a user or a channel from Redis, step by step, and prints its progress.",
      "Ends the sessions of the tenant or user. If it is interrupted, run it again."
    })
final class EraseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private OperatorCalls operator;

  @Option(names = "--tenant", required = true, description = "Tenant to erase from.")
  private String tenant;

  @Option(names = "--user", description = "Erases this user only: its sessions and its channel.")
  private @Nullable String user;

  @Option(names = "--channel", description = "Erases this channel only, for example topic:news.")
  private @Nullable String channel;

  @Option(
      names = "--confirm",
      paramLabel = "NAME",
      required = true,
      description = "Repeat the name of what is erased: the user, the channel or the tenant.")
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
