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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds this module against the packages of npm whose rules it follows, with random runs. */
class StockClientTest {
  /** Of each test; {@code -Dholdfast.agui.seeds=5000} looks longer. */
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
  void runsThatKeepToTheGrammarPassOursAndTheirs() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ObjectNode> run = RandomRun.events(seed, 60);
      JsonNode said = stock.ask("verify", List.of(Map.of("events", array(run)))).get(0);

      assertEquals(run.size(), Judged.accepted(read(run)), "ours, seed " + seed);
      assertEquals(run.size(), said.get("accepted").asInt(), "theirs, seed " + seed + said);
    }
  }

  @Test
  void runsWithOneThingChangedAreJudgedAlike() throws Exception {
    int refused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      List<List<ObjectNode>> runs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        List<ObjectNode> run = RandomRun.events(seed, 40);
        runs.add(Mutations.ofRun(run, RandomRun.events(seed + 7_777, 40), random));
        questions.add(Map.of("events", array(runs.get(i))));
      }
      List<JsonNode> said = stock.ask("verify", questions);
      for (int i = 0; i < runs.size(); i++) {
        int accepted = Judged.accepted(read(runs.get(i)));
        refused += accepted < runs.get(i).size() ? 1 : 0;
        assertEquals(
            said.get(i).get("accepted").asInt(),
            accepted,
            "seed " + seed + " " + said.get(i) + " " + runs.get(i));
      }
    }
    assertTrue(refused > SEEDS * 4, "too few were wrong: " + refused);
  }

  @Test
  void malformedEventsAreRefusedByOursAndTheirs() throws Exception {
    for (String sample : Samples.ALL) {
      List<JsonNode> events = new ArrayList<>(Mutations.ofEvent(Json.parse(sample)));
      events.add(Json.parse(sample));
      List<Map<String, JsonNode>> questions = new ArrayList<>();
      events.forEach(event -> questions.add(Map.of("event", event)));
      List<JsonNode> said = stock.ask("schema", questions);
      for (int i = 0; i < events.size(); i++) {
        assertEquals(
            said.get(i).get("ok").asBoolean(), isRead(events.get(i)), events.get(i)::toString);
      }
    }
  }

  @Test
  void whatWeKeepOfARunIsWhatTheirClientKeeps() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ObjectNode> run = RandomRun.events(seed, 60);
      JsonNode said = fold(run);

      assertEquals(Judged.kept(read(run)), kept(said), "seed " + seed);
    }
  }

  @Test
  void theirClientHasTheSameByAPreludeAndTheRest() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ObjectNode> run = RandomRun.events(seed, 60);
      int cut = 1 + new Random(seed).nextInt(run.size() - 1);
      List<ObjectNode> late = new ArrayList<>();
      Judged.prelude(read(run.subList(0, cut))).forEach(e -> late.add(EventWriter.tree(e)));
      late.addAll(run.subList(cut, run.size()));

      assertEquals(kept(fold(run)), kept(fold(late)), "seed " + seed);
    }
  }

  @Test
  void shorthandsBecomeTheSameEvents() throws Exception {
    int wrong = 0;
    for (int seed = 0; seed < SEEDS * 10; seed++) {
      List<ObjectNode> chunks = RandomChunks.events(seed, 12);
      JsonNode said = stock.ask("chunks", List.of(Map.of("events", array(chunks)))).get(0);
      var ours = Judged.expanded(read(chunks));

      assertEquals(said.get("passed"), ours.events(), "seed " + seed + said + chunks);
      assertEquals(said.get("error").isNull(), ours.refused() == null, "seed " + seed + said);
      wrong += ours.refused() == null ? 0 : 1;
    }
    assertTrue(wrong > SEEDS, "too few were wrong: " + wrong);
  }

  @Test
  void patchesDoTheSame() throws Exception {
    int fitted = 0;
    List<Map<String, JsonNode>> questions = new ArrayList<>();
    List<RandomPatch> patches = new ArrayList<>();
    for (int seed = 0; seed < SEEDS * 10; seed++) {
      RandomPatch random = RandomPatch.of(seed);
      patches.add(random);
      questions.add(Map.of("document", random.document().deepCopy(), "patch", random.patch()));
    }
    List<JsonNode> said = stock.ask("patch", questions);
    for (int i = 0; i < patches.size(); i++) {
      RandomPatch random = patches.get(i);
      JsonNode ours = Judged.patched(random.document(), random.patch());
      fitted += ours == null ? 0 : 1;
      assertEquals(said.get(i).get("document"), ours, "seed " + i + random.patch() + said.get(i));
    }
    assertTrue(fitted > SEEDS, "too few fitted: " + fitted);
  }

  private static JsonNode fold(List<ObjectNode> run) throws Exception {
    Map<String, JsonNode> question =
        Map.of("events", array(run), "messages", Judged.MESSAGES, "state", Json.object());
    return stock.ask("fold", List.of(question)).get(0);
  }

  private static JsonNode kept(JsonNode said) {
    assertTrue(said.get("error").isNull(), said::toString);
    ObjectNode kept = Json.object();
    kept.set("messages", said.get("messages"));
    kept.set("state", said.get("state"));
    return kept;
  }

  private static boolean isRead(JsonNode event) {
    try {
      EventReader.read(event);
      return true;
    } catch (HoldfastException e) {
      return false;
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
