package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the sessions of a tenant. */
@Command(
    name = "sessions",
    mixinStandardHelpOptions = true,
    description =
        "Lists the sessions of a tenant: user, node (or the time that is left), and topics.")
public final class SessionsCommand implements Callable<Integer> {
  @Mixin private ShellOptions shell;

  @Option(names = "--of", paramLabel = "USER", description = "Lists only this user's sessions.")
  private @Nullable String of;

  @Override
  public Integer call() {
    NodeCalls calls = shell.calls("service:shell", "sessions:read");
    Map<String, @Nullable String> query = new HashMap<>();
    query.put("user", of);
    JsonNode page;
    do {
      page = calls.call("GET", "/v1/sessions", query, null);
      page.path("sessions").forEach(this::print);
      query.put("after", page.path("next").asText());
    } while (page.has("next"));
    return ExitCode.OK;
  }

  private void print(JsonNode session) {
    long left = session.path("endsAt").asLong() - System.currentTimeMillis();
    var asked = new StringJoiner(", ");
    for (JsonNode channel : session.path("subscriptions")) {
      if (channel.asText().matches("(topic|run):.*")) {
        asked.add(channel.asText());
      }
    }
    String place =
        session.has("attachedTo")
            ? session.at("/attachedTo/node").asText()
            : "ends in " + Math.max(0, left / 1_000) + " s";
    shell.print(
        session,
        "%s  %s  %s  %s"
            .formatted(
                session.path("session").asText(), session.path("user").asText(), place, asked));
  }
}
