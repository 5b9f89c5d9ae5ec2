package dev.holdfast.agui.stock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.RandomRun;
import dev.holdfast.agui.Samples;
import dev.holdfast.agui.run.Judged;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds our reader, grammar, fold, shorthands and patches against AG-UI's own client. */
class StockClientTest {
  private static final int SEEDS = Verdicts.seeds();

  private static final Function<JsonNode, String> ACCEPTED = said -> said.get("accepted").asText();
  private static final Function<JsonNode, String> OK = said -> said.get("ok").asText();

  private static Verdicts stock;

  @BeforeAll
  static void start() throws Exception {
    stock = Verdicts.of(StockClientTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    if (stock != null) {
      stock.close();
    }
  }

  @Test
  void runsThatKeepToTheGrammarPassOursAndTheirs() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ObjectNode> run = Mutations.reopened(RandomRun.events(seed, 60), new Random(seed));
      int ours = Judged.accepted(read(run));

      assertEquals(run.size(), ours, "seed " + seed);
      compare(
          "right-" + seed,
          "verify",
          List.of(Map.of("events", array(run))),
          ACCEPTED,
          List.of("" + ours));
    }
  }

  @Test
  void runsWithOneThingChangedAreJudgedAlike() throws Exception {
    int refused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<ObjectNode> run = RandomRun.events(seed, 40);
      List<ObjectNode> other = RandomRun.events(seed + 7_777, 40);
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      List<String> ours = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        List<ObjectNode> changed = Mutations.ofRun(run, other, random);
        questions.add(Map.of("events", array(changed)));
        int accepted = Judged.accepted(read(changed));
        refused += accepted < changed.size() ? 1 : 0;
        ours.add("" + accepted);
      }
      compare("changed-" + seed, "verify", questions, ACCEPTED, ours);
    }
    assertTrue(refused > SEEDS * 4, "too few were wrong: " + refused);
  }

  @Test
  void malformedEventsAreRefusedByOursAndTheirs() throws Exception {
    for (int i = 0; i < Samples.ALL.size(); i++) {
      JsonNode sample = Json.parse(Samples.ALL.get(i));
      List<JsonNode> events = new ArrayList<>(Mutations.ofEvent(sample));
      events.add(sample);
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      List<String> ours = new ArrayList<>();
      for (JsonNode event : events) {
        questions.add(Map.of("event", event));
        ours.add("" + (written(event) != null));
      }
      compare("sample-" + i, "schema", questions, OK, ours);
    }
  }

  @Test
  void anEventWithANullThatWeTakeIsWrittenSoThatTheyTakeIt() throws Exception {
    // Several frameworks write null for what is not there, also deep within an event.
    int taken = 0;
    for (int i = 0; i < Samples.ALL.size(); i++) {
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      List<String> ours = new ArrayList<>();
      for (JsonNode event : Mutations.withNulls(Json.parse(Samples.ALL.get(i)))) {
        JsonNode written = written(event);
        if (written != null) {
          questions.add(Map.of("event", written));
          ours.add("true");
        }
      }
      taken += ours.size();
      compare("null-" + i, "schema", questions, OK, ours);
    }
    assertTrue(taken > 30, "too few had a null to take: " + taken);
  }

  @Test
  void whatWeKeepOfARunIsWhatTheirClientKeeps() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ObjectNode> run = Mutations.reopened(RandomRun.events(seed, 60), new Random(seed));
      fold("kept-" + seed, run, Judged.kept(read(run)));
    }
  }

  @Test
  void theirClientHasTheSameByAPreludeAndTheRest() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ObjectNode> run = Mutations.reopened(RandomRun.events(seed, 60), new Random(seed));
      int cut = 1 + new Random(seed).nextInt(run.size() - 1);
      List<ObjectNode> late = new ArrayList<>();
      Judged.prelude(read(run.subList(0, cut))).forEach(e -> late.add(EventWriter.tree(e)));
      late.addAll(run.subList(cut, run.size()));

      fold("late-" + seed, late, Judged.kept(read(run)));
    }
  }

  @Test
  void shorthandsBecomeTheSameEvents() throws Exception {
    int wrong = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      List<String> ours = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        List<ObjectNode> chunks = RandomChunks.events(seed * 10L + i, 12);
        questions.add(Map.of("events", array(chunks)));
        var expanded = Judged.expanded(read(chunks));
        wrong += expanded.refused() == null ? 0 : 1;
        ours.add(text(expanded.events()) + (expanded.refused() == null));
      }
      compare("chunks-" + seed, "chunks", questions, StockClientTest::expanded, ours);
    }
    assertTrue(wrong > SEEDS, "too few were wrong: " + wrong);
  }

  private static String expanded(JsonNode said) {
    return text(said.get("passed")) + said.get("error").isNull();
  }

  @Test
  void patchesDoTheSame() throws Exception {
    int fitted = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      List<String> ours = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        RandomPatch random = RandomPatch.of(seed * 10L + i);
        JsonNode before = random.document().deepCopy();
        questions.add(Map.of("document", before, "patch", random.patch()));
        JsonNode patched = Judged.patched(random.document(), random.patch());
        fitted += patched == null ? 0 : 1;
        ours.add(patched == null ? "refused" : text(patched));
      }
      compare("patch-" + seed, "patch", questions, StockClientTest::patched, ours);
    }
    assertTrue(fitted > SEEDS, "too few fitted: " + fitted);
  }

  private static String patched(JsonNode said) {
    return said.has("error") ? "refused" : text(said.get("document"));
  }

  /** Compares each answer. */
  private static void compare(
      String name,
      String kind,
      List<Map<String, JsonNode>> questions,
      Function<JsonNode, String> theirs,
      List<String> ours)
      throws Exception {
    stock.same(
        name,
        kind,
        questions,
        said -> String.join("\n", said.stream().map(theirs).toList()),
        String.join("\n", ours));
  }

  private static void fold(String name, List<ObjectNode> run, JsonNode ours) throws Exception {
    Map<String, JsonNode> question =
        Map.of("events", array(run), "messages", Judged.MESSAGES, "state", Json.object());
    stock.same(name, "fold", List.of(question), said -> kept(said.get(0)), text(ours));
  }

  private static String kept(JsonNode said) {
    ObjectNode kept = Json.object();
    kept.set("messages", said.get("messages"));
    kept.set("state", said.get("state"));
    return said.get("error").isNull() ? text(kept) : said.get("error").asText();
  }

  private static String text(JsonNode value) {
    return Json.text(Verdicts.sorted(value));
  }

  /** The event as we pass it on, or null where we refuse it. */
  private static JsonNode written(JsonNode event) {
    try {
      return EventWriter.tree(EventReader.read((JsonNode) event.deepCopy()));
    } catch (HoldfastException e) {
      return null;
    }
  }

  private static List<AguiEvent> read(List<ObjectNode> events) {
    return events.stream().map(EventReader::read).toList();
  }

  private static ArrayNode array(List<ObjectNode> events) {
    ArrayNode array = Json.array();
    events.forEach(array::add);
    return array;
  }
}
