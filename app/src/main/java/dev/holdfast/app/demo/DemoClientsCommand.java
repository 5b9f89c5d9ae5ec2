package dev.holdfast.app.demo;

import dev.holdfast.auth.DevelopmentKey;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The process of the demo's clients; ends with its standard input. */
@Command(name = "clients", hidden = true, description = "A process of the demo.")
final class DemoClientsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--urls", split = ",", required = true)
  private List<URI> urls;

  @Option(names = "--key-file", required = true)
  private Path keyFile;

  @Option(names = "--sessions", required = true)
  private int sessions;

  @Override
  public Integer call() throws IOException {
    String secret = DevelopmentKey.read(keyFile).secret();
    var clients = new DemoClientsVerticle(urls, secret, sessions, this::report);
    Vertx vertx = Vertx.vertx();
    vertx.deployVerticle(clients).toCompletionStage().toCompletableFuture().join();
    ChildInput.read(line -> clients.finish(totals(line)));
    return 0;
  }

  private void report(Reports.Clients report) {
    spec.commandLine().getOut().println(Reports.line(report));
    spec.commandLine().getOut().flush();
  }

  private static Map<String, Long> totals(String line) {
    return Reports.parse(line, Reports.Service.class).totals();
  }
}
