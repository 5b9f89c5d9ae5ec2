package dev.holdfast.app.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.client.WsTestClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testcontainers.DockerClientFactory;

/** The image by itself. */
@ExtendWith(NeedsDocker.class)
class ImageIT {
  private static final long LARGEST = 150L << 20;

  @Repeatedly
  void aNodeServesWithNothingButARedisAndAKey() {
    try (var cluster = DockerCluster.start(1)) {
      NodeContainer node = cluster.nodes().get(0);
      WsTestClient ann = cluster.client("t-" + Ids.fresh(), "ann", List.of(node.url()));
      ann.connect().orTimeout(30, TimeUnit.SECONDS).join();
      var published = ann.publish("topic:news", "test.event", Map.of("text", "hello"));
      assertEquals(1, published.orTimeout(30, TimeUnit.SECONDS).join().position().seq());
      Awaitility.await("the engine finds it healthy").until(node::isHealthy);

      node.end();

      var state =
          DockerClientFactory.lazyClient()
              .inspectContainerCmd(node.getContainerId())
              .exec()
              .getState();
      assertEquals(143, state.getExitCodeLong(), "it did not end by itself after SIGTERM");
    }
  }

  @Test
  void theImageHasNeitherAShellNorRootAndIsSmall() {
    var image = DockerClientFactory.lazyClient().inspectImageCmd(Docker.image()).exec();
    assertEquals("10001:10001", image.getConfig().getUser());
    assertTrue(image.getSize() < LARGEST, "the image has " + image.getSize() + " bytes");
    var shell = Docker.run("docker", "run", "--rm", "--entrypoint", "sh", Docker.image(), "-c", "");
    assertNotEquals(0, shell.code());
  }

  @Test
  void aChangeOfTheCodeMovesTheLastLayerAlone() {
    List<String> history =
        Docker.run("docker", "history", "--format", "{{.Size}} {{.CreatedBy}}", Docker.image())
            .orThrow()
            .output()
            .lines()
            .filter(layer -> !layer.startsWith("0B"))
            .toList();
    // The newest first: Holdfast itself, in less than 2 MB; flags; libraries; the runtime.
    assertTrue(history.get(0).matches("[\\d.]+kB .*|1\\.\\d+MB .*"), history.toString());
    assertTrue(history.stream().anyMatch(layer -> layer.matches("\\d{2}\\.?\\d*MB .*")));
  }
}
