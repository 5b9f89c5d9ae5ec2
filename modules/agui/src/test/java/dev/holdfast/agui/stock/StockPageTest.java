package dev.holdfast.agui.stock;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
  private static final int SEEDS = Integer.getInteger("holdfast.agui.seeds", 60);

  private static StockPackages stock;

  @BeforeAll
  static void start() throws Exception {
    stock = StockPackages.start();
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
      JsonNode message = message(chunks(stream(), run), run);
      JsonNode kept = Judged.kept(run).get("messages");

      assertEquals(texts(kept, "assistant"), parts(message, "text"), "seed " + seed);
      assertEquals(texts(kept, "reasoning"), parts(message, "reasoning"), "seed " + seed);
      assertEquals(calls(kept), parts(message, "dynamic-tool").size(), "seed " + seed);
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
      JsonNode whole = message(chunks(stream(), run), run);
      JsonNode after = message(chunks, run);

      for (String kind : List.of("text", "reasoning", "dynamic-tool")) {
        assertEquals(parts(whole, kind), parts(after, kind), "seed " + seed + " at " + cut);
      }
    }
  }

  private static JsonNode message(List<ObjectNode> chunks, List<AguiEvent> run) throws Exception {
    ArrayNode all = Json.array();
    chunks.forEach(all::add);
    JsonNode said = stock.ask("ui", List.of(Map.of("chunks", all))).get(0);
    boolean failed = run.get(run.size() - 1).typeName().equals("RUN_ERROR");
    assertEquals(failed ? "broken" : "null", said.get("error").asText(), said::toString);
    return said.get("message");
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
