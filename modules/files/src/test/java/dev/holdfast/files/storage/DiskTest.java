package dev.holdfast.files.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant had all sixteen threads when it ended large uploads of many parts: nobody else could
 * upload, or begin a download, until they were joined.
 */
class DiskTest {
  private static final int MANY = 200;

  @TempDir private Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final CountDownLatch slow = new CountDownLatch(1);
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private Disk disk;

  /** As the service and the edge of a node have one each. */
  private Disk other;

  @BeforeEach
  void open() throws Exception {
    FileStorage storage = FolderStorage.open(folder);
    disk = new Disk(vertx, storage);
    other = new Disk(vertx, storage);
  }

  @AfterEach
  void close() {
    slow.countDown();
    await(vertx.close());
  }

  @Test
  void aTenantWhoseStepsAreSlowKeepsNoOtherFromTheDisk() {
    List<Future<?>> steps = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      steps.add((i % 2 == 0 ? disk : other).run("acme", storage -> hang()));
    }

    assertEquals("read", await(disk.run("globex", storage -> "read")));
    assertEquals("read", await(other.run(storage -> "read")), "the node itself");

    slow.countDown();
    await(Future.all(steps));
    assertTrue(mostAtOnce.get() <= DiskTurns.MOST_OF_TENANT, mostAtOnce + " at once");
  }

  @Test
  void anAnswerComesOnTheAskersContextWhoeverHadTheThreadBefore() {
    List<Future<Boolean>> answered = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Context context = ((VertxInternal) vertx).createEventLoopContext();
      var promise = Promise.<Boolean>promise();
      context.runOnContext(
          now ->
              disk.run("acme", storage -> 1)
                  .map(one -> Vertx.currentContext() == context)
                  .onComplete(promise));
      answered.add(promise.future());
    }
    answered.forEach(one -> assertTrue(await(one)));
  }

  @Test
  void whatFailsGivesItsThreadBack() {
    for (int i = 0; i < 2 * DiskTurns.MOST; i++) {
      Future<Void> failing = disk.run("acme", storage -> fail());
      assertThrows(CompletionException.class, () -> await(failing));
    }
    assertEquals("read", await(disk.run("acme", storage -> "read")));
  }

  @Test
  void whatWaitsWhenTheDiskIsClosedFails() {
    List<Future<Void>> steps = new ArrayList<>();
    for (int i = 0; i < 50 * MANY; i++) {
      steps.add(disk.run("acme", storage -> hang()));
    }
    disk.close();
    other.close();
    slow.countDown();

    assertThrows(CompletionException.class, () -> await(steps.get(steps.size() - 1)));
  }

  private Void hang() {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    try {
      slow.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    atOnce.decrementAndGet();
    return null;
  }

  private static Void fail() {
    throw new IllegalStateException("on purpose");
  }

  private static <A> A await(Future<A> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
