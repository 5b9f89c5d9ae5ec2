package dev.holdfast.agui.stock;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The npm packages that read our events in pages, in a process of Node: {@code @ag-ui/client} and
 * {@code ai}, as {@code package-lock.json} pins them, without their scripts. They are installed
 * once into {@code target}. Whoever asks for them has Node 20, npm and a registry.
 */
final class StockPackages implements AutoCloseable {
  private static final Path FOLDER = Path.of("target", "stock");
  private static final List<String> FILES = List.of("package.json", "package-lock.json");
  private static final int NODE = 20;

  private final Process node;
  private final BufferedWriter questions;
  private final BufferedReader answers;

  private StockPackages(Process node) {
    this.node = node;
    questions = node.outputWriter(StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
  }

  static StockPackages start() throws Exception {
    int version = nodeVersion();
    assertTrue(version >= NODE, "needs Node " + NODE + ", has " + version);
    install();
    copy("judge.mjs");
    ProcessBuilder node = new ProcessBuilder("node", "judge.mjs").directory(FOLDER.toFile());
    return new StockPackages(node.redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  private static int nodeVersion() throws Exception {
    try {
      Process node = new ProcessBuilder("node", "--version").start();
      String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher version = Pattern.compile("v(\\d+)\\..*").matcher(said.strip());
      return version.matches() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException none) {
      return 0;
    }
  }

  /** Installs where the lock file is another than last time. */
  private static void install() throws Exception {
    Path installed = FOLDER.resolve("installed.json");
    Files.createDirectories(FOLDER);
    FILES.forEach(StockPackages::copy);
    Path lock = FOLDER.resolve("package-lock.json");
    if (Files.exists(installed) && Files.mismatch(installed, lock) < 0) {
      return;
    }
    Process npm =
        new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("npm.log").toFile())
            .start();
    boolean done = npm.waitFor(2, TimeUnit.MINUTES) && npm.exitValue() == 0;
    npm.destroyForcibly();
    assertTrue(done, "npm could not install, see target/stock/npm.log");
    Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copy(String file) {
    try (InputStream resource = StockPackages.class.getResourceAsStream("/stock/" + file)) {
      Files.copy(resource, FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The answers to questions of one kind, in their order. */
  List<JsonNode> ask(String kind, List<Map<String, JsonNode>> about) throws Exception {
    ArrayNode batch = Json.array();
    for (Map<String, JsonNode> question : about) {
      ObjectNode json = batch.addObject().put("ask", kind);
      question.forEach(json::set);
    }
    questions.write(Json.text(batch));
    questions.newLine();
    questions.flush();
    String line = CompletableFuture.supplyAsync(this::answer).get(1, TimeUnit.MINUTES);
    assertNotNull(line, "Node ended");
    List<JsonNode> said = new ArrayList<>();
    Json.parse(line).forEach(said::add);
    return said;
  }

  private String answer() {
    try {
      return answers.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws Exception {
    node.getOutputStream().close();
    if (!node.waitFor(5, TimeUnit.SECONDS)) {
      node.destroyForcibly();
    }
  }
}
