package dev.holdfast.loadtest.worker.bare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The process of the baseline's server: prints {@code {"url":"ws://…"}}, then for each {@link
 * Order} of a line a {@link Written}, or {@code {"error":"…"}}. Ends with its standard input.
 */
@Command(name = "bare", hidden = true, description = "The baseline's server.")
public final class BareCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(names = "--port", defaultValue = "0")
  private int port;

  @Option(names = "--loops", defaultValue = "0")
  private int loops;

  @Override
  public Integer call() throws IOException {
    int used = loops > 0 ? loops : Runtime.getRuntime().availableProcessors();
    var options = new VertxOptions().setEventLoopPoolSize(used).setPreferNativeTransport(true);
    Vertx vertx = Vertx.vertx(options);
    BareServer server = BareServer.start(vertx, "127.0.0.1", port, used).await();
    print("{\"url\":\"" + server.url() + "\"}");
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      obey(server, line);
    }
    return 0;
  }

  /** The next line is read when this one is done. */
  private void obey(BareServer server, String line) throws JsonProcessingException {
    try {
      print(JSON.writeValueAsString(server.write(Order.parse(line)).await()));
    } catch (IllegalArgumentException e) {
      print(JSON.writeValueAsString(java.util.Map.of("error", "" + e.getMessage())));
    }
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
