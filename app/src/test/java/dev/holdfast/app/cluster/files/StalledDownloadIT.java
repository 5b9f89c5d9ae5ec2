package dev.holdfast.app.cluster.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who asks for a file and then takes nothing of it does not hold it open for ever. */
@ExtendWith(ClusterExtension.class)
@EnabledOnOs(OS.LINUX)
class StalledDownloadIT {
  /** More than the system's buffers between the two take in. */
  private static final int SIZE = 32 << 20;

  @TempDir Path folder;

  @Repeatedly
  void isEndedByTheNode() throws Exception {
    Path storage = folder.resolve("files").toAbsolutePath();
    var options =
        ClusterOptions.of(1)
            .with("gateway.slowLimit", "500ms")
            .with("gateway.heartbeat", "500ms")
            .with("files.folder", storage.toString());
    try (var cluster = TestCluster.start(options)) {
      TestNode node = cluster.node(1);
      String token = cluster.token("t-" + Ids.fresh(), "ann", Set.of("create:file"));
      String file = upload(node, token);
      try (var socket = ask(node, token, file)) {
        assertEquals('H', socket.getInputStream().read());
        assertTrue(isOpen(node, storage), "the file was sent at once");

        Awaitility.await("the file is closed").until(() -> !isOpen(node, storage));

        long taken = rest(socket.getInputStream());
        assertTrue(taken < SIZE, "all of it came: " + taken);
      }
    }
  }

  private static String upload(TestNode node, String token)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(node.http("/v1/files?name=large"))
            .header("authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[SIZE]))
            .build();
    HttpResponse<String> made =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(201, made.statusCode(), made.body());
    return made.headers().firstValue("location").orElseThrow();
  }

  private static Socket ask(TestNode node, String token, String file) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress("127.0.0.1", node.port()));
    String request =
        "GET %s HTTP/1.1\r\nhost: node\r\nauthorization: Bearer %s\r\n\r\n".formatted(file, token);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** Whether the node's process has a file open there. */
  private static boolean isOpen(TestNode node, Path storage) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(node.pid()), "fd"))) {
      return open.anyMatch(each -> target(each).startsWith(storage.toString()));
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  private static long rest(InputStream input) {
    long bytes = 0;
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
        bytes += read;
      }
    } catch (IOException reset) {
      return bytes;
    }
    return bytes;
  }
}
