package dev.holdfast.agui.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.OtherEvent;
import dev.holdfast.agui.RandomRun;
import dev.holdfast.agui.TextEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CoalescerTest {
  private final Coalescer coalescer = new Coalescer(50, 100);

  @Test
  void theFirstDeltaGoesAtOnceAndLaterOnesTogetherAfterTheWindow() {
    coalescer.add(delta("m", "a"), 0);
    assertEquals(List.of(delta("m", "a")), coalescer.due(0));

    coalescer.add(delta("m", "b"), 1);
    coalescer.add(delta("m", "c"), 2);
    assertEquals(List.of(), coalescer.due(49));
    assertEquals(50, coalescer.nextDue());
    assertEquals(List.of(delta("m", "bc")), coalescer.due(50));
    assertEquals(1, coalescer.merged());
    assertEquals(Long.MAX_VALUE, coalescer.nextDue());
  }

  @Test
  void anythingElseTakesAlongWhatCameBeforeIt() {
    coalescer.add(delta("m", "a"), 0);
    coalescer.due(0);
    coalescer.add(delta("m", "b"), 1);
    coalescer.add(new OtherEvent.Custom("x", NullNode.instance, Extras.NONE), 2);
    coalescer.add(delta("m", "c"), 3);

    assertEquals(2, coalescer.due(3).size());
    assertEquals(List.of(delta("m", "c")), coalescer.all(3));
  }

  @Test
  void deltasOfTwoTextsThatTakeTurnsBecomeTwo() {
    for (String text : List.of("a", "b", "c")) {
      coalescer.add(delta("m1", text), 0);
      coalescer.add(delta("m2", text), 0);
    }

    assertEquals(List.of(delta("m1", "abc"), delta("m2", "abc")), coalescer.all(0));
  }

  @Test
  void nothingIsMergedAcrossASnapshotOfTheMessages() {
    coalescer.add(delta("m", "a"), 0);
    coalescer.add(EventReader.read("{\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":[]}"), 0);
    coalescer.add(delta("m", "b"), 0);

    assertEquals(3, coalescer.all(0).size());
  }

  @Test
  void aDeltaWithMetadataStaysAsItIs() {
    var metadata = Json.object().put("usage", 1);
    var marked = new TextEvent.Content("m", "b", Extras.NONE.withMetadata(metadata));
    coalescer.add(delta("m", "a"), 0);
    coalescer.add(marked, 0);
    coalescer.add(delta("m", "c"), 0);

    assertEquals(List.of(delta("m", "a"), marked, delta("m", "c")), coalescer.all(0));
  }

  @Test
  void deltasOfAnotherSpeakerAreNotMerged() {
    coalescer.add(delta("m", "a"), 0);
    coalescer.add(new TextEvent.Content("m", "b", Extras.of("s1")), 0);

    assertEquals(2, coalescer.all(0).size());
  }

  @Test
  void aMergedDeltaDoesNotExceedItsLimit() {
    for (int i = 0; i < 30; i++) {
      coalescer.add(delta("m", "0123456789"), 0);
    }

    assertEquals(List.of(100, 100, 100), lengths(coalescer.all(0)));
  }

  @Test
  void halvesOfAPairBecomeTheCharacterAgain() {
    coalescer.add(delta("m", "\ud83d"), 0);
    coalescer.add(delta("m", "\ude00"), 0);

    assertEquals(List.of(delta("m", "😀")), coalescer.all(0));
  }

  @Test
  void whateverIsMergedAddsUpToTheSame() {
    for (int seed = 0; seed < 100; seed++) {
      List<AguiEvent> events = RandomRun.events(seed, 120).stream().map(EventReader::read).toList();
      List<AguiEvent> fewer = coalesced(events, seed);

      assertTrue(fewer.size() <= events.size());
      assertEquals(folded(events), folded(fewer), "seed " + seed);
    }
  }

  private static List<AguiEvent> coalesced(List<AguiEvent> events, long seed) {
    Random random = new Random(seed);
    Coalescer coalescer = new Coalescer(random.nextInt(3) * 10, 20);
    List<AguiEvent> fewer = new ArrayList<>();
    long now = 0;
    for (AguiEvent event : events) {
      coalescer.add(event, now += random.nextInt(4));
      if (random.nextBoolean()) {
        fewer.addAll(coalescer.due(now));
      }
    }
    fewer.addAll(coalescer.all(now));
    return fewer;
  }

  private static JsonNode folded(List<AguiEvent> events) {
    Transcript run = TranscriptTest.fresh();
    events.forEach(event -> run.accept(event, 1));
    return TranscriptTest.essence(run);
  }

  private static List<Integer> lengths(List<AguiEvent> events) {
    return events.stream().map(event -> ((AguiEvent.Delta) event).delta().length()).toList();
  }

  private static TextEvent.Content delta(String id, String text) {
    return new TextEvent.Content(id, text, Extras.NONE);
  }
}
