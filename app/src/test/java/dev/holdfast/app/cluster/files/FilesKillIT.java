package dev.holdfast.app.cluster.files;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.AuditReport;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node is killed in the middle of uploads and deletions; nothing is lost, and nothing is left.
 */
@ExtendWith(ClusterExtension.class)
class FilesKillIT {
  private static final int WORKERS = 6;
  private static final Caller OPERATOR =
      new Caller.Service("operator", "one", Set.of("*"), Set.of("erase:files"));

  @TempDir Path folder;

  @Repeatedly
  void whatWasAnsweredHoldsAndNothingIsLeftOver() throws Exception {
    String tenant = "t-" + Ids.fresh();
    var options =
        ClusterOptions.of(3)
            .with("files.folder", folder.resolve("files").toString())
            .with("files.uploadIdle", "3s")
            .with("files.sweep", "300ms")
            .with("files.retry", "4s")
            .with("files.orphanAge", "2s");
    try (var cluster = TestCluster.start(options);
        var service = BusService.join(cluster, "operator")) {
      String token = cluster.token(tenant, "ann", Set.of("create:file"));
      List<FileWorker> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        workers.add(new FileWorker(cluster.nodes(), i % 3, token).start());
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> answered(workers) > 60);
      cluster.node(2).kill();
      int before = answered(workers);
      await().atMost(Duration.ofSeconds(60)).until(() -> answered(workers) > before + 60);
      for (FileWorker worker : workers) {
        worker.stop();
      }

      assertTrue(workers.stream().anyMatch(worker -> worker.unanswered() > 0));
      var files = new ServiceClient(service.bus(), Duration.ofSeconds(10));
      await().atMost(Duration.ofSeconds(60)).until(() -> audit(files), FilesKillIT::isClean);
      for (FileWorker worker : workers) {
        assertEquals(List.of(), worker.violations());
      }
    }
  }

  private static int answered(List<FileWorker> workers) {
    return workers.stream().mapToInt(FileWorker::answered).sum();
  }

  private static boolean isClean(AuditReport report) {
    return report != null
        && report.clean()
        && report.parts() == 0
        && report.contents() == report.files();
  }

  /** Asked anew where it is not answered soon: the bus may yet choose the node that is dead. */
  private static AuditReport audit(ServiceClient files) throws Exception {
    try {
      return files
          .ask(new TransferMessage.Audit(OPERATOR))
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    } catch (TimeoutException unanswered) {
      return null;
    }
  }
}
