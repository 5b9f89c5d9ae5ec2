package dev.holdfast.files.storage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;

/**
 * The storage, away from the event loop: steps run on a pool of worker threads that all users of a
 * Vert.x share, and answer on the caller's context. Tenants take turns at the threads, and none has
 * all of them, so one whose steps are slow keeps no other from the disk. Steps under way are in no
 * order. Safe on any thread.
 */
public final class Disk {
  /** The tenant of what is done for none; no tenant has this name. */
  private static final String NODE = "";

  private final VertxInternal vertx;
  private final WorkerExecutor workers;
  private final DiskTurns turns;
  private final FileStorage storage;

  public Disk(Vertx vertx, FileStorage storage) {
    this.vertx = (VertxInternal) vertx;
    this.workers = vertx.createSharedWorkerExecutor("holdfast-files", DiskTurns.MOST);
    this.turns = DiskTurns.of(vertx);
    this.storage = storage;
  }

  /** Something to be done with the storage; it may block. */
  public interface Step<A> {
    A take(FileStorage storage) throws IOException;
  }

  /** Runs a step for the node itself, as {@link #run(String, Step)} does for a tenant. */
  public <A> Future<A> run(Step<A> step) {
    return run(NODE, step);
  }

  /**
   * Runs a step now, or when it is the tenant's turn; fails with STORE_FULL or UNAVAILABLE if the
   * storage does.
   */
  public <A> Future<A> run(String tenant, Step<A> step) {
    ContextInternal context = vertx.getOrCreateContext();
    Promise<A> promise = context.promise();
    turns.run(
        tenant,
        () ->
            begin(step)
                .onComplete(
                    done -> {
                      turns.done(tenant);
                      promise.handle(done);
                    }));
    return promise.future().recover(failure -> Future.failedFuture(StorageErrors.named(failure)));
  }

  private <A> Future<A> begin(Step<A> step) {
    try {
      return workers.executeBlocking(() -> step.take(storage), false);
    } catch (RuntimeException closed) {
      // Later, so that many of them do not fail within each other.
      Promise<A> failed = Promise.promise();
      vertx.runOnContext(now -> failed.fail(closed));
      return failed.future();
    }
  }

  public Future<Void> close() {
    return workers.close();
  }
}
