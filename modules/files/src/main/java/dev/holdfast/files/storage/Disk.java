package dev.holdfast.files.storage;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;

/**
 * The storage, away from the event loop: steps run on a pool of worker threads that all users of a
 * Vert.x share, in no order, and answer on the caller's context. Safe on any thread.
 */
public final class Disk {
  private static final int THREADS = 16;

  private final WorkerExecutor workers;
  private final FileStorage storage;

  public Disk(Vertx vertx, FileStorage storage) {
    this.workers = vertx.createSharedWorkerExecutor("holdfast-files", THREADS);
    this.storage = storage;
  }

  /** Something to be done with the storage; it may block. */
  public interface Step<A> {
    A take(FileStorage storage) throws IOException;
  }

  /** Runs a step; fails with STORE_FULL or UNAVAILABLE if the storage does. */
  public <A> Future<A> run(Step<A> step) {
    return workers
        .executeBlocking(() -> step.take(storage), false)
        .recover(failure -> Future.failedFuture(StorageErrors.named(failure)));
  }

  public Future<Void> close() {
    return workers.close();
  }
}
