package dev.holdfast.app.cluster.services;

import dev.holdfast.cluster.Cluster;
import dev.holdfast.cluster.ClusterConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * An agent's worker in a process of its own, to be killed: it writes one text, a word at a time,
 * and to a file what of it is stored. The text ends when there is a file {@code enough}. Ends with
 * its standard input.
 */
final class WorkerMain {
  private static final long TYPES_MS = 5;

  private final Vertx vertx;
  private final Path stored;

  private WorkerMain(Vertx vertx, Path stored) {
    this.vertx = vertx;
    this.stored = stored;
  }

  /** Its id, the cluster's name, members, tenant, agent, and the file. */
  public static void main(String[] args) throws IOException {
    Vertx vertx =
        Cluster.join(ClusterConfig.joining(args[1], args[2], System.getenv("BUS_SECRET")))
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    var service = new Caller.Service("agents", args[0], Set.of(args[3]), Set.of());
    Path stored = Path.of(args[5]);
    new RunWorker(new Bus(vertx), service, args[4], 4).start(new WorkerMain(vertx, stored)::write);
    Files.createFile(ReaderMain.ready(stored, args[0]));
    while (System.in.read() >= 0) {}
    Runtime.getRuntime().halt(0);
  }

  /** Is there once the text is to end. */
  static Path enough(Path stored) {
    return stored.resolveSibling("enough");
  }

  private Future<Void> write(WorkerRun run) {
    run.send(
        "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"%s\"}"
            .formatted(run.run().threadId(), run.run().runId()));
    run.send("{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m1\",\"role\":\"assistant\"}");
    Promise<Void> written = Promise.promise();
    type(run, 0, written);
    return written
        .future()
        .compose(done -> run.send("{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":\"m1\"}"));
  }

  /** The next word is sent before this one is answered: several are under way. */
  private void type(WorkerRun run, int n, Promise<Void> written) {
    if (Files.exists(enough(stored))) {
      written.complete();
      return;
    }
    String word = n + "é ";
    run.send(
            "{\"type\":\"TEXT_MESSAGE_CONTENT\",\"messageId\":\"m1\",\"delta\":\"%s\"}"
                .formatted(word))
        .onSuccess(done -> note(word))
        .onFailure(written::tryFail);
    vertx.setTimer(TYPES_MS, timer -> type(run, n + 1, written));
  }

  private void note(String word) {
    try {
      Files.writeString(stored, word, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
