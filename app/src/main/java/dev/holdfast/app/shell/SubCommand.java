package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.app.command.CallException;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.client.Channel;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Gap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the events of channels as they come. */
@Command(
    name = "sub",
    mixinStandardHelpOptions = true,
    description =
        "Prints the events of channels, over any number of connections and nodes, until Ctrl-C.")
public final class SubCommand implements Callable<Integer> {
  @Mixin private ShellOptions shell;

  @Parameters(
      arity = "1..*",
      paramLabel = "CHANNEL",
      description = "For example topic:news; also tenant, user and session, for the session's own.")
  private List<String> channels;

  @Option(
      names = "--from",
      defaultValue = "latest",
      description = "Begins with new events (latest), or with the oldest that is kept (earliest).")
  private Place from;

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many events.")
  private long count;

  private final CompletableFuture<Integer> over = new CompletableFuture<>();
  private long seen;

  enum Place {
    LATEST,
    EARLIEST
  }

  @Override
  public Integer call() {
    Holdfast client = shell.connect("subscribe:*");
    try {
      client.onState(this::stopped);
      channels.forEach(name -> read(client.channel(name)));
      return Failures.wait(over);
    } finally {
      Failures.end(client);
    }
  }

  private void read(Channel channel) {
    From place = from == Place.EARLIEST ? From.EARLIEST : From.LATEST;
    channel.onGap(this::gap);
    channel.onUnsubscribed(
        code -> over.completeExceptionally(new CallException(channel.name() + ": " + code)));
    channel
        .onEvent(place, this::event)
        .ready()
        .whenComplete((cursor, failure) -> Failures.pass(failure, over));
  }

  private void stopped(ClientState state) {
    if (state.kind() == ClientState.Kind.STOPPED && !shell.isInterrupted()) {
      over.completeExceptionally(new CallException("stopped: " + state.reason()));
    }
  }

  private void event(Event event) {
    if (over.isDone()) {
      return;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("channel", event.channel()).put("event", event.event()).set("data", event.data());
    json.put("at", event.at());
    put(json, "cursor", event.cursor());
    String from = event.user() == null ? "service" : "user";
    String publisher = event.user() == null ? event.service() : event.user();
    json.putObject("from").put(from, publisher);
    shell.print(
        json, "%s  %s  %s: %s".formatted(event.channel(), event.event(), publisher, event.data()));
    seen++;
    if (seen == count) {
      over.complete(ExitCode.OK);
    }
  }

  private void gap(Gap gap) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("channel", gap.channel()).put("gap", gap.reason());
    put(json, "from", gap.from());
    put(json, "to", gap.to());
    shell.print(json, gap.channel() + "  events are gone (" + gap.reason() + ")");
  }

  private static void put(ObjectNode json, String name, @Nullable Cursor cursor) {
    if (cursor != null) {
      json.put(name, cursor.epoch() + ":" + cursor.seq());
    }
  }
}
