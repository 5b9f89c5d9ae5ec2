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

/**
 * Makes {@code holdfast.jsa} beside {@code holdfast.jar}: the classes of a node that has served a
 * client, as they are in memory. The integration tests start a few hundred processes, and half of
 * what such a start costs is the loading of classes.
 */
final class ClassArchive {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private ClassArchive() {}

  public static void main(String[] none) throws Exception {
    var jar = new InstalledJar(TARGET.resolve("holdfast.jar"));
    Files.deleteIfExists(jar.archive());
    Path folder = Folders.temporary("holdfast-archive");
    try (var node = node(jar, folder)) {
      String address = node.awaitOutput("ws://(127.0.0.1:\\d+)").group(1);
      node.awaitOutput("Ctrl-C ends it");
      serve(folder, "http://" + address);
      node.endInput();
      int code = node.awaitExit();
      if (code != 0 || !Files.isRegularFile(jar.archive())) {
        throw new IllegalStateException(code + "\n" + node.output());
      }
    } finally {
      Folders.delete(folder);
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
