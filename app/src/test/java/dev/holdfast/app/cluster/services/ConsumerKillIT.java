package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The active reader of a durable consumer is killed while publications flow, again and again; the
 * killed one is replaced, so that there are always two.
 */
@ExtendWith(ClusterExtension.class)
class ConsumerKillIT {
  private static final String CHANNEL = "topic:orders";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static TestCluster cluster;
  private static BusService service;
  private static ScheduledExecutorService clock;
  private static final String TENANT = "t-" + Ids.fresh();
  private static final List<ReaderProcess> READERS = new ArrayList<>();
  private static final ConcurrentLinkedQueue<CompletableFuture<Position>> PUBLISHED =
      new ConcurrentLinkedQueue<>();

  /** What a reader has handled, in the order of all readers. */
  private record Handled(String reader, long seq) {}

  @BeforeAll
  static void start() throws IOException {
    cluster = TestCluster.start(2);
    service = BusService.join(cluster, "shop");
    clock = Executors.newSingleThreadScheduledExecutor();
    addReader();
    addReader();
    READERS.forEach(ReaderProcess::awaitReady);
  }

  @AfterAll
  static void stop() {
    clock.shutdownNow();
    READERS.forEach(ReaderProcess::close);
    service.close();
    cluster.close();
  }

  private static Path file() {
    return folder.resolve("handled");
  }

  private static void addReader() throws IOException {
    String id = "r" + Ids.fresh();
    READERS.add(ReaderProcess.start(cluster, id, TENANT, CHANNEL, file()));
  }

  private static List<Handled> handled() throws IOException {
    List<Handled> all = new ArrayList<>();
    if (Files.exists(file())) {
      for (String line : Files.readAllLines(file())) {
        int space = line.indexOf(' ');
        all.add(new Handled(line.substring(0, space), Long.parseLong(line.substring(space + 1))));
      }
    }
    return all;
  }

  @Repeatedly
  void eachEntryIsHandledNoneSkippedInOrderWhenTheReaderIsKilled() throws Exception {
    int before = handled().size();
    Future<?> flow = clock.scheduleAtFixedRate(this::publish, 0, 5, TimeUnit.MILLISECONDS);
    Awaitility.await("at work").atMost(TIMEOUT).until(() -> handled().size() > before + 100);

    ReaderProcess active = killTheActiveReader();
    int atKill = handled().size();
    Awaitility.await("another goes on")
        .atMost(TIMEOUT)
        .until(() -> handled().size() > atKill + 100);
    flow.cancel(false);
    long last = lastPublished();
    Awaitility.await("all are handled up to " + last)
        .atMost(TIMEOUT)
        .until(() -> handled().stream().anyMatch(one -> one.seq() == last));

    List<Handled> all = handled();
    assertNotEquals(active.id(), all.get(atKill).reader());
    assertEquals(List.of(), skips(all));
    addReader();
    READERS.get(READERS.size() - 1).awaitReady();
  }

  private void publish() {
    PUBLISHED.add(service.publish(TENANT, CHANNEL, Map.of("order", PUBLISHED.size())));
  }

  private static long lastPublished() throws Exception {
    long last = 0;
    for (CompletableFuture<Position> one : PUBLISHED) {
      last = Math.max(last, one.get(60, TimeUnit.SECONDS).seq());
    }
    assertTrue(last >= PUBLISHED.size());
    return last;
  }

  private static ReaderProcess killTheActiveReader() throws Exception {
    List<Handled> all = handled();
    String id = all.get(all.size() - 1).reader();
    ReaderProcess active =
        READERS.stream().filter(reader -> reader.id().equals(id)).findFirst().orElseThrow();
    active.kill();
    READERS.remove(active);
    return active;
  }

  /** Entries that were handled although one before them had not been: skipped, or out of order. */
  private static List<String> skips(List<Handled> all) {
    List<String> found = new ArrayList<>();
    long top = 0;
    for (Handled one : all) {
      if (one.seq() > top + 1) {
        found.add(one + " after " + top);
      }
      top = Math.max(top, one.seq());
    }
    return found;
  }
}
