package dev.holdfast.agui.stock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.RandomRun;
import dev.holdfast.agui.run.Judged;
import dev.holdfast.agui.run.Transcript;
import dev.holdfast.agui.ui.UiReplay;
import dev.holdfast.agui.ui.UiStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the AI SDK's stream against the AI SDK: its schema, and the message that a page has. */
class StockPageTest {
  private static final int SEEDS = Verdicts.seeds();
  private static final List<String> KINDS = List.of("text", "reasoning", "dynamic-tool");

  private static Verdicts stock;

  @BeforeAll
  static void start() throws Exception {
    stock = Verdicts.of(StockPageTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    if (stock != null) {
      stock.close();
    }
  }

  @Test
  void aPageHasTheTextsAndResultsOfTheRun() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<AguiEvent> run = run(seed);
      JsonNode kept = Judged.kept(run).get("messages");
      stock.same(
          "page-" + seed,
          "ui",
          List.of(question(chunks(stream(), run))),
          said -> shown(said.get(0)),
          ending(run) + texts(kept, "assistant") + texts(kept, "reasoning") + calls(kept));
    }
  }

  @Test
  void aPageThatComesLateHasTheSame() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<AguiEvent> run = run(seed);
      int cut = 1 + new Random(seed).nextInt(run.size() - 1);
      Transcript first = Judged.after(run.subList(0, cut));
      UiStream late = stream();
      List<ObjectNode> chunks = UiReplay.chunks(first.snapshot(), late);
      chunks.addAll(chunks(late, run.subList(cut, run.size())));
      stock.same(
          "late-" + seed,
          "ui",
          List.of(question(chunks(stream(), run)), question(chunks)),
          said -> difference(said.get(0), said.get(1)),
          ending(run) + "no difference");
    }
  }

  private static Map<String, JsonNode> question(List<ObjectNode> chunks) {
    ArrayNode all = Json.array();
    chunks.forEach(all::add);
    return Map.of("chunks", all);
  }

  /** What a page's stream ends with: an error where the run has one. */
  private static String ending(List<AguiEvent> run) {
    boolean failed = run.get(run.size() - 1).typeName().equals("RUN_ERROR");
    return failed ? "broken" : "null";
  }

  private static String shown(JsonNode said) {
    JsonNode message = said.get("message");
    return said.get("error").asText()
        + parts(message, "text")
        + parts(message, "reasoning")
        + parts(message, "dynamic-tool").size();
  }

  private static String difference(JsonNode whole, JsonNode late) {
    for (String kind : KINDS) {
      List<String> expected = parts(whole.get("message"), kind);
      List<String> there = parts(late.get("message"), kind);
      if (!expected.equals(there)) {
        return kind + ": " + expected + " became " + there;
      }
    }
    return late.get("error").asText() + "no difference";
  }

  /** Of a tool its result, if it has one; else the text. Empty ones are left out, and order too. */
  private static List<String> parts(JsonNode message, String type) {
    List<String> parts = new ArrayList<>();
    for (JsonNode part : message.path("parts")) {
      if (part.path("type").asText().equals(type)) {
        boolean tool = type.equals("dynamic-tool");
        parts.add(
            tool ? part.get("toolCallId") + " " + part.get("output") : part.get("text").asText());
      }
    }
    return parts.stream().filter(part -> !part.isEmpty()).sorted().toList();
  }

  private static List<String> texts(JsonNode messages, String role) {
    List<String> texts = new ArrayList<>();
    for (JsonNode message : messages) {
      if (message.path("role").asText().equals(role)) {
        texts.add(message.path("content").asText());
      }
    }
    return texts.stream().filter(text -> !text.isEmpty()).sorted().toList();
  }

  private static int calls(JsonNode messages) {
    int calls = 0;
    for (JsonNode message : messages) {
      calls += message.path("toolCalls").size();
    }
    return calls;
  }

  private static UiStream stream() {
    return new UiStream("a1", Set.of(), Json.object());
  }

  private static List<ObjectNode> chunks(UiStream stream, List<AguiEvent> events) {
    List<ObjectNode> chunks = new ArrayList<>();
    events.forEach(event -> chunks.addAll(stream.next(event)));
    return chunks;
  }

  private static List<AguiEvent> run(int seed) {
    return RandomRun.events(seed, 60).stream().map(EventReader::read).toList();
  }
}
