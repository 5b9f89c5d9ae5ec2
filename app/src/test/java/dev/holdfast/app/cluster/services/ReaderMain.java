package dev.holdfast.app.cluster.services;

import dev.holdfast.channels.ChannelConsumer;
import dev.holdfast.channels.ChannelConsumerConfig;
import dev.holdfast.channels.Publication;
import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;

/**
 * A service in a process of its own, to be killed: reads one channel durably, and writes what it
 * has handled, a line each, to a file that all readers share. Ends with its standard input.
 */
final class ReaderMain {
  private static final ChannelConsumerConfig CONFIG =
      ChannelConsumerConfig.DEFAULT.withLease(Duration.ofSeconds(2));

  private final Vertx vertx;
  private final String id;
  private final Path handled;

  private ReaderMain(Vertx vertx, String id, Path handled) {
    this.vertx = vertx;
    this.id = id;
    this.handled = handled;
  }

  /** Its id, the cluster's name, members, tenant, channel, and the file. */
  public static void main(String[] args) throws IOException {
    Vertx vertx =
        Cluster.join(ClusterConfig.joining(args[1], args[2], System.getenv("BUS_SECRET")))
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    var service = new Caller.Service("orders", args[0], Set.of(args[3]), Set.of());
    var channel = new Channel(args[3], ChannelName.parse(args[4]));
    new ChannelConsumer(new Bus(vertx), service, channel, "orders", CONFIG)
        .start(new ReaderMain(vertx, args[0], Path.of(args[5]))::handle)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    Files.createFile(ready(Path.of(args[5]), args[0]));
    while (System.in.read() >= 0) {}
    Runtime.getRuntime().halt(0);
  }

  /** Is there once the reader reads, or waits its turn. */
  static Path ready(Path handled, String id) {
    return handled.resolveSibling(id + ".ready");
  }

  /** Takes its time, so that a kill finds it at work. */
  private Future<Void> handle(Publication publication) {
    return vertx.timer(2).map(passed -> write(publication.position().seq()));
  }

  /** One write at the end of the file: lines of several processes stand whole, one by one. */
  private Void write(long seq) {
    try {
      Files.writeString(
          handled, id + " " + seq + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
