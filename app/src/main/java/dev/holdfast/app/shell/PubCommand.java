package dev.holdfast.app.shell;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.client.Channel;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Stored;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes durably, and prints where it is stored. */
@Command(
    name = "pub",
    mixinStandardHelpOptions = true,
    description = "Publishes: stored once and in order, over any number of connections and nodes.")
public final class PubCommand implements Callable<Integer> {
  @Mixin private ShellOptions shell;

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "For example topic:news.")
  private String channel;

  @Parameters(index = "1", paramLabel = "EVENT", description = "For example note.")
  private String event;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "DATA",
      description = "JSON; what is none is text. Default: each line of the standard input.")
  private @Nullable String data;

  @Override
  public Integer call() throws IOException {
    Holdfast client = shell.connect("publish:*");
    try {
      Channel to = client.channel(channel);
      if (data != null) {
        publish(to, data);
      } else {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          publish(to, line);
        }
      }
    } finally {
      Failures.end(client);
    }
    return ExitCode.OK;
  }

  private void publish(Channel to, String text) {
    Stored at = Failures.wait(to.publish(event, ShellOptions.data(text)).stored());
    Cursor cursor = at.cursor();
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("duplicate", at.duplicate());
    if (cursor != null) {
      json.put("cursor", cursor.epoch() + ":" + cursor.seq());
    }
    String place = cursor == null ? "stored" : "stored at " + cursor.epoch() + ":" + cursor.seq();
    shell.print(json, place);
  }
}
