package dev.holdfast.app.cluster.files;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A client sees live what becomes of its user's files, and of nobody else's. */
@ExtendWith(ClusterExtension.class)
class FileEventsIT {
  @TempDir Path folder;

  @Test
  void theOwnersClientsAreNotifiedAndNobodyElse() throws Exception {
    String tenant = "t-" + Ids.fresh();
    var options =
        ClusterOptions.of(2).with("files.folder", folder.toString()).with("files.sweep", "200ms");
    try (var cluster = TestCluster.start(options)) {
      WsTestClient ann = cluster.client(tenant, "ann");
      WsTestClient bob = cluster.client(tenant, "bob");
      Traffic.await(ann.connect(cluster.node(1).url()));
      Traffic.await(bob.connect(cluster.node(1).url()));
      await().until(() -> ann.ledger().isLive("user:ann") && bob.ledger().isLive("user:bob"));
      String token = cluster.token(tenant, "ann", Set.of("create:file"));

      String kept = send(cluster.node(2), token, "POST", "/v1/files?name=kept&expires=1");
      String ended = send(cluster.node(2), token, "POST", "/v1/files?name=ended");
      send(cluster.node(2), token, "DELETE", ended);

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> ann.ledger().received("user:ann").size() == 4);
      assertEquals(List.of("file.uploaded", "file.expired"), eventsOf(ann, kept));
      assertEquals(List.of("file.uploaded", "file.deleted"), eventsOf(ann, ended));
      assertEquals(List.of(), bob.ledger().all(Entry.Received.class));
    }
  }

  private static List<String> eventsOf(WsTestClient client, String file) {
    String id = file.substring(file.lastIndexOf('/') + 1);
    return client.ledger().received("user:ann").stream()
        .filter(event -> event.data().path("file").asText().equals(id))
        .map(Entry.Received::event)
        .toList();
  }

  private static String send(TestNode node, String token, String method, String path)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(node.http(path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString("content"))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(2, answer.statusCode() / 100, answer.body());
    return answer.headers().firstValue("location").orElse("");
  }
}
