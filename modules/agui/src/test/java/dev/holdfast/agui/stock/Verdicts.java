package dev.holdfast.agui.stock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the npm packages say, to hold ours against. As a rule that is what they said when they were
 * asked last, as digests in a file: it needs no Node, no npm and no network. With {@code
 * -Dholdfast.agui.seeds=N} they are asked again, for so many seeds; with {@code
 * -Dholdfast.agui.record=true} too the file is written anew.
 */
final class Verdicts implements AutoCloseable {
  /** How many seeds the files have. */
  private static final int RECORDED = 60;

  private static final String AGAIN =
      "; to ask the packages themselves: -Dholdfast.agui.seeds=" + RECORDED;

  private final String file;
  private final StockPackages packages;
  private final Map<String, String> recorded = new LinkedHashMap<>();

  private Verdicts(String file, StockPackages packages) {
    this.file = file;
    this.packages = packages;
  }

  static int seeds() {
    return Integer.getInteger("holdfast.agui.seeds", RECORDED);
  }

  static Verdicts of(Class<?> test) throws Exception {
    boolean asked = System.getProperty("holdfast.agui.seeds") != null;
    String file = test.getSimpleName() + ".txt";
    Verdicts verdicts = new Verdicts(file, asked ? StockPackages.start() : null);
    if (!asked) {
      verdicts.read();
    }
    return verdicts;
  }

  private void read() throws IOException {
    try (InputStream in = Verdicts.class.getResourceAsStream("/stock/" + file)) {
      assertNotNull(in, file + " is missing" + AGAIN);
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        int space = line.indexOf(' ');
        recorded.put(line.substring(0, space), line.substring(space + 1));
      }
    }
  }

  /**
   * Compares what we say with what they say.
   *
   * @param name of the question, without spaces
   * @param kind of the questions, as {@code judge.mjs} has them
   * @param theirs makes one text of their answers, in the form of {@code ours}
   */
  void same(
      String name,
      String kind,
      List<Map<String, JsonNode>> questions,
      Function<List<JsonNode>, String> theirs,
      String ours)
      throws Exception {
    if (packages != null) {
      String said = theirs.apply(packages.ask(kind, questions));
      assertEquals(said, ours, () -> name + ": " + questions);
      recorded.put(name, digest(sorted(questions)) + " " + digest(ours));
      return;
    }
    String asked = digest(sorted(questions));
    String[] known = recorded.getOrDefault(name, "none none").split(" ");
    assertEquals(known[0], asked, () -> name + " was another question then" + AGAIN);
    assertEquals(known[1], digest(ours), () -> name + ": we say " + ours + AGAIN);
  }

  private static String sorted(List<Map<String, JsonNode>> questions) {
    ArrayNode all = Json.array();
    for (Map<String, JsonNode> question : questions) {
      ObjectNode each = all.addObject();
      new TreeMap<>(question).forEach((name, value) -> each.set(name, sorted(value)));
    }
    return Json.text(all);
  }

  /** Members by name: their order means nothing. */
  static JsonNode sorted(JsonNode value) {
    if (value instanceof ArrayNode array) {
      ArrayNode sorted = Json.array();
      array.forEach(each -> sorted.add(sorted(each)));
      return sorted;
    }
    if (!(value instanceof ObjectNode object)) {
      return value;
    }
    Map<String, JsonNode> members = new TreeMap<>();
    object.properties().forEach(each -> members.put(each.getKey(), sorted(each.getValue())));
    return Json.object().setAll(members);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws Exception {
    if (packages == null) {
      return;
    }
    packages.close();
    if (Boolean.getBoolean("holdfast.agui.record") && seeds() == RECORDED) {
      StringBuilder lines = new StringBuilder();
      recorded.forEach((name, known) -> lines.append(name + " " + known + "\n"));
      Files.writeString(Path.of("src/test/resources/stock", file), lines);
    }
  }
}
