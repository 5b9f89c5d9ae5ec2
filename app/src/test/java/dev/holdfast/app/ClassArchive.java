package dev.holdfast.app;

import dev.holdfast.testkit.machine.Folders;
import dev.holdfast.testkit.machine.InstalledJar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Makes {@code holdfast.jsa} beside {@code holdfast.jar}: the classes of a node that has served a
 * client, as they are in memory. The integration tests start a few hundred processes, and half of
 * what such a start costs is the loading of classes. A JVM that can't archive them is passed over.
 */
final class ClassArchive {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  /** The option as a JVM names it that does not know it, or can't do it. */
  private static final String REFUSED = "ArchiveClassesAtExit|DynamicDumpSharedSpaces";

  private ClassArchive() {}

  public static void main(String[] none) throws Exception {
    var jar = new InstalledJar(TARGET.resolve("holdfast.jar"));
    Files.deleteIfExists(jar.archive());
    Path folder = Folders.temporary("holdfast-archive");
    try (var node = node(jar, folder)) {
      String address = node.awaitOutput("ws://(127.0.0.1:\\d+)|" + REFUSED).group(1);
      if (address != null) {
        archive(node, folder, address);
      }
    } finally {
      Folders.delete(folder);
    }
    if (!Files.isRegularFile(jar.archive())) {
      LoggerFactory.getLogger(ClassArchive.class)
          .warn("No holdfast.jsa: this JVM can't archive classes, so tests take longer");
    }
  }

  private static void archive(HoldfastProcess node, Path folder, String address) throws Exception {
    node.awaitOutput("Ctrl-C ends it");
    serve(folder, "http://" + address);
    node.endInput();
    int code = node.awaitExit();
    if (code != 0) {
      throw new IllegalStateException(code + "\n" + node.output());
    }
  }

  private static HoldfastProcess node(InstalledJar jar, Path folder) throws IOException {
    return HoldfastProcess.startArchiving(
        jar, jar.archive(), folder, "serve", "--end-with-stdin", "--port=0", "--data=" + folder);
  }

  private static void serve(Path folder, String url) throws Exception {
    var metrics = HttpRequest.newBuilder(URI.create(url + "/metrics")).build();
    HttpClient.newHttpClient().send(metrics, BodyHandlers.discarding());
    String key = "--key-file=" + folder.resolve("development.key");
    try (var load =
        HoldfastProcess.start(
            folder,
            "load",
            "fanout",
            "--url=" + url,
            key,
            "--connections=20",
            "--warmup=0",
            "--duration=1")) {
      load.awaitExit(); // whatever it measured
    }
  }
}
