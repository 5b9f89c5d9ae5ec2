package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.command.NodeCalls;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what a channel has kept. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Prints what is kept of a channel, from the oldest on.")
public final class HistoryCommand implements Callable<Integer> {
  private static final int PAGE = 100;

  @Mixin private ShellOptions shell;

  @Parameters(paramLabel = "CHANNEL", description = "For example topic:news.")
  private String channel;

  @Option(
      names = "--after",
      paramLabel = "EPOCH:SEQ",
      description = "Begins behind this cursor; default: with the oldest that is kept.")
  private @Nullable String after;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most publications to print; default 1000.")
  private long limit;

  @Override
  public Integer call() {
    NodeCalls calls = shell.calls("subscribe:*");
    String path = "/v1/channels/" + NodeCalls.part(channel) + "/publications";
    Map<String, @Nullable String> query = new HashMap<>();
    query.put("after", after);
    for (long left = limit; left > 0; ) {
      query.put("limit", Long.toString(Math.min(PAGE, left)));
      JsonNode page = calls.call("GET", path, query, null);
      if (page.has("gap")) {
        shell.print(page.path("gap"), "events are gone (" + page.at("/gap/reason").asText() + ")");
      }
      page.path("publications").forEach(this::print);
      left -= page.path("publications").size();
      // A page may also end by its bytes, so a short one need not be the last.
      String next = page.path("next").asText();
      if (next.isEmpty() || next.equals(query.put("after", next))) {
        break;
      }
    }
    return ExitCode.OK;
  }

  private void print(JsonNode one) {
    JsonNode from = one.path("from");
    String publisher = from.path(from.has("user") ? "user" : "service").asText();
    shell.print(
        one,
        "%s:%d  %s  %s  %s: %s"
            .formatted(
                one.path("epoch").asText(),
                one.path("seq").asLong(),
                Instant.ofEpochMilli(one.path("at").asLong()),
                one.path("event").asText(),
                publisher,
                one.path("data")));
  }
}
