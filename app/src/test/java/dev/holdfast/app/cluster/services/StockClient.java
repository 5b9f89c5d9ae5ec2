package dev.holdfast.app.cluster.services;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process of Node with {@code @ag-ui/client} and {@code ai} as the lock file of modules/agui pins
 * them, installed once into {@code target} without their scripts.
 */
final class StockClient implements AutoCloseable {
  private static final Path FOLDER = Path.of("target", "stock");
  private static final Path PINNED = Path.of("..", "modules", "agui", "src/test/resources/stock");
  private static final long PATIENCE_S = 120;

  private final Process node;
  private final BufferedReader said;

  private StockClient(Process node) {
    this.node = node;
    this.said = node.inputReader(StandardCharsets.UTF_8);
  }

  /** Whether Node 20 or later and npm are here. */
  static boolean isPossible() {
    try {
      Process node =
          new ProcessBuilder("node", "-e", "process.exit(+(parseInt(process.versions.node) < 20))")
              .start();
      Process npm = new ProcessBuilder("npm", "--version").start();
      return node.waitFor() == 0 && npm.waitFor() == 0;
    } catch (IOException none) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void install() throws Exception {
    Files.createDirectories(FOLDER);
    Path lock = PINNED.resolve("package-lock.json");
    Path installed = FOLDER.resolve("installed.json");
    copy("package.json", PINNED);
    copy("package-lock.json", PINNED);
    try (InputStream script = StockClient.class.getResourceAsStream("/stock/stock.mjs")) {
      Files.copy(script, FOLDER.resolve("stock.mjs"), StandardCopyOption.REPLACE_EXISTING);
    }
    if (Files.exists(installed) && Files.mismatch(installed, lock) < 0) {
      return;
    }
    Process npm =
        new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("npm.log").toFile())
            .start();
    boolean done = npm.waitFor(3, TimeUnit.MINUTES) && npm.exitValue() == 0;
    npm.destroyForcibly();
    assertTrue(done, "npm could not install, see target/stock/npm.log");
    Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copy(String file, Path from) throws IOException {
    Files.copy(from.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  static StockClient play(String scenario, JsonObject with) throws IOException {
    List<String> command = List.of("node", "stock.mjs", scenario, with.encode());
    ProcessBuilder node = new ProcessBuilder(command).directory(FOLDER.toFile());
    Path log = FOLDER.resolve(scenario + ".log");
    return new StockClient(node.redirectError(log.toFile()).start());
  }

  void await(String word) throws Exception {
    assertTrue(line().equals("\"" + word + "\""), word);
  }

  /** What it waits for has happened. */
  void goOn() throws IOException {
    node.getOutputStream().write('\n');
    node.getOutputStream().flush();
  }

  JsonObject result() throws Exception {
    return new JsonObject(line());
  }

  private String line() throws Exception {
    String line = CompletableFuture.supplyAsync(this::read).get(PATIENCE_S, TimeUnit.SECONDS);
    assertNotNull(line, "it has ended, see target/stock");
    return line;
  }

  private String read() {
    try {
      return said.readLine();
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    node.destroyForcibly();
  }
}
