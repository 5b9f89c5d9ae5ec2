package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.WsTestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A user's request to a service whose process is killed while it works on it. */
@ExtendWith(ClusterExtension.class)
class ServiceKillIT {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceKillIT.class);
  private static final long PATIENCE_MS = 60_000;

  @TempDir Path folder;

  /**
   * The user waited for a process that was dead, until the time-out: 10 s, then {@code timeout}.
   */
  @Test
  void failsAsUnavailableLongBeforeItsTimeOut() throws Exception {
    Path asked = folder.resolve("asked");
    try (var cluster = TestCluster.start(1);
        var host = ReaderProcess.host(cluster, "host", asked);
        WsTestClient client = cluster.client("t-" + Ids.fresh(), "ann")) {
      host.awaitReady();
      client.connect().get(30, TimeUnit.SECONDS);
      // By its answer the node learns who there is.
      Awaitility.await("the service is known")
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(() -> ask(client, "hello").get(10, TimeUnit.SECONDS).asText().equals("hello"));
      CompletableFuture<JsonNode> answer = ask(client, "ponder");
      Awaitility.await("it is asked")
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.exists(asked));

      long at = System.nanoTime();
      host.kill();
      String code = code(answer);

      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at);
      LOG.info("a request to a service that was killed failed after {} ms", took);
      assertEquals("unavailable", code);
    }
  }

  private static CompletableFuture<JsonNode> ask(WsTestClient client, String method) {
    return client.request("oracle", method, 1);
  }

  private static String code(CompletableFuture<JsonNode> answer) throws Exception {
    try {
      return "answered " + answer.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return assertInstanceOf(RefusedException.class, e.getCause()).code();
    }
  }
}
