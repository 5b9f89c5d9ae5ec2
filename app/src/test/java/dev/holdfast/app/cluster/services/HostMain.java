package dev.holdfast.app.cluster.services;

import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceHost;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A service in a process of its own, to be killed: {@code hello} is answered, {@code ponder} never.
 * Ends with its standard input.
 */
final class HostMain {
  private HostMain() {}

  /** Its id, the cluster's name, members, and a file that is there once it is asked to ponder. */
  public static void main(String[] args) throws IOException {
    Path asked = Path.of(args[3]);
    Cluster.join(ClusterConfig.joining(args[1], args[2], System.getenv("BUS_SECRET")))
        .compose(
            vertx ->
                new ServiceHost(new Bus(vertx), "oracle")
                    .method("hello", (caller, data) -> Future.succeededFuture("\"hello\""))
                    .method("ponder", (caller, data) -> ponder(asked))
                    .start())
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    Files.createFile(ReaderMain.ready(asked, args[0]));
    while (System.in.read() >= 0) {}
    Runtime.getRuntime().halt(0);
  }

  private static Future<String> ponder(Path asked) {
    try {
      Files.createFile(asked);
      return Promise.<String>promise().future();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
