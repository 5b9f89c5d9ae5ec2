package dev.holdfast.app.cluster.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.cluster.TcpBalancer;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An upload by the official client of tus goes on at another node when its own is killed. */
@ExtendWith(ClusterExtension.class)
class TusIT {
  private static final int SIZE = 64 << 20;
  private static final int CHUNK = 5 << 20;

  @TempDir static Path client;
  @TempDir static Path shared;
  @TempDir Path folder;
  private static TestCluster cluster;

  @BeforeAll
  static void installClient() throws Exception {
    Assumptions.assumeTrue(has("node") && has("npm"), "node and npm are needed");
    for (String file : Set.of("package.json", "upload.mjs")) {
      try (InputStream resource = TusIT.class.getResourceAsStream("/tus/" + file)) {
        Files.copy(resource, client.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Process npm = start(client, "npm", "install", "--silent", "--no-audit", "--no-fund");
    Assumptions.assumeTrue(npm.waitFor() == 0, "the client could not be installed");
    cluster = TestCluster.start(ClusterOptions.of(3).with("files.folder", shared.toString()));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Repeatedly
  void oneRequestThatIsCutShort() throws Exception {
    uploadWhileANodeDies("");
  }

  @Repeatedly
  void manyRequestsOneOfWhichIsCutShort() throws Exception {
    uploadWhileANodeDies(Integer.toString(CHUNK));
  }

  private void uploadWhileANodeDies(String chunkSize) throws Exception {
    String tenant = "t-" + Ids.fresh();
    byte[] bytes = new byte[SIZE];
    new Random(ThreadLocalRandom.current().nextLong()).nextBytes(bytes);
    Path file = Files.write(folder.resolve("video.bin"), bytes);
    cluster.startAll();
    try (var balancer = new TcpBalancer(cluster.nodes())) {
      String token = cluster.token(tenant, "ann", Set.of("create:file"));
      // Of one connection; where there are many chunks, they mostly share one.
      balancer.killAfter(ThreadLocalRandom.current().nextInt(SIZE / 4, SIZE * 3 / 4));
      Process upload =
          start(
              client,
              "node",
              "upload.mjs",
              balancer.url("/v1/files"),
              token,
              file.toString(),
              chunkSize);
      String said = new String(upload.getInputStream().readAllBytes()).strip();

      assertTrue(upload.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, upload.exitValue(), said);
      assertNotNull(balancer.killed(), "no node was killed");
      TestNode other =
          cluster.nodes().stream().filter(TestNode::isRunning).findFirst().orElseThrow();
      HttpResponse<byte[]> got = get(other.http(URI.create(said).getPath()), token);
      assertEquals(200, got.statusCode());
      assertArrayEquals(sha256(bytes), sha256(got.body()));
    }
  }

  private static HttpResponse<byte[]> get(URI uri, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri).header("authorization", "Bearer " + token).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static boolean has(String program) throws InterruptedException {
    try {
      return start(Path.of("."), program, "--version").waitFor() == 0;
    } catch (IOException none) {
      return false;
    }
  }

  private static Process start(Path folder, String... command) throws IOException {
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }
}
