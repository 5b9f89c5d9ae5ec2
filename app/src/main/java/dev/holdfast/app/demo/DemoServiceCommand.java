package dev.holdfast.app.demo;

import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.cluster.ClusterSecret;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The process of the demo's service: a member of the bus that knows no Redis. */
@Command(name = "service", hidden = true, description = "A process of the demo.")
final class DemoServiceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--cluster", required = true)
  private String cluster;

  @Option(names = "--members", split = ",", required = true)
  private List<String> members;

  @Option(names = "--secret-file", required = true)
  private Path secretFile;

  @Option(names = "--rate", required = true)
  private int rate;

  @Option(names = "--sessions", required = true)
  private int sessions;

  @Override
  public Integer call() throws IOException {
    Vertx vertx = Cluster.join(config()).toCompletionStage().toCompletableFuture().join();
    var service = new DemoServiceVerticle(rate, sessions, this::report);
    vertx.deployVerticle(service).toCompletionStage().toCompletableFuture().join();
    ChildInput.read(line -> service.finish());
    return 0;
  }

  private ClusterConfig config() throws IOException {
    String secret = ClusterSecret.read(secretFile);
    return ClusterConfig.joining(cluster, String.join(",", members), secret);
  }

  private void report(Reports.Service report) {
    spec.commandLine().getOut().println(Reports.line(report));
    spec.commandLine().getOut().flush();
  }
}
