package dev.holdfast.agui.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.RandomRun;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TranscriptTest {
  private static final int LIMIT = 1 << 20;

  static Transcript fresh() {
    return new Transcript(
        RandomRun.THREAD, RandomRun.RUN, List.of(question()), Json.object(), LIMIT);
  }

  private static Message question() {
    return Message.read((ObjectNode) json("{'id':'q','role':'user','content':'why?'}"));
  }

  /** Messages and state: what a reader sees. */
  static JsonNode essence(Transcript run) {
    Snapshot snapshot = run.snapshot();
    ObjectNode essence = Json.object();
    essence.set("messages", snapshot.json().get("messages"));
    essence.set("state", snapshot.state());
    return essence;
  }

  @Test
  void aSnapshotAndTheRestAddUpToAll() {
    for (int seed = 0; seed < 300; seed++) {
      List<AguiEvent> events = events(seed);
      Transcript all = fresh();
      events.forEach(event -> all.accept(event, 1));
      int cut = new Random(seed).nextInt(events.size());
      Transcript first = fresh();
      events.subList(0, cut).forEach(event -> first.accept(event, 1));
      Snapshot sent = new Snapshot((ObjectNode) Json.parse(Json.text(first.snapshot().json())));
      Transcript second = Transcript.of(sent, LIMIT);
      assertEquals(Json.text(sent.json()), Json.text(second.snapshot().json()), "seed " + seed);
      List<UserEvent> told = new ArrayList<>();
      events.subList(cut, events.size()).forEach(e -> told.addAll(second.accept(e, 1).told()));

      assertEquals(all.snapshot(), second.snapshot(), "seed " + seed);
    }
  }

  @Test
  void aPreludeAndTheRestAreAllowedAndAddUpToAll() {
    for (int seed = 0; seed < 300; seed++) {
      List<AguiEvent> events = events(seed);
      Transcript all = fresh();
      events.forEach(event -> all.accept(event, 1));
      int cut = 1 + new Random(seed).nextInt(events.size() - 1);
      Transcript first = fresh();
      events.subList(0, cut).forEach(event -> first.accept(event, 1));
      Transcript late = fresh();
      Prelude.of(first.snapshot(), null).forEach(event -> late.accept(event, 1));
      events.subList(cut, events.size()).forEach(event -> late.accept(event, 1));

      assertEquals(essence(all), essence(late), "seed " + seed);
    }
  }

  @Test
  void theTextOfAPreludeThatSomebodyAlreadyHadIsNotDoubled() {
    Transcript run = fresh();
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    accept(run, "{'type':'TEXT_MESSAGE_START','messageId':'m'}");
    accept(run, "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'half'}");
    List<String> prelude =
        Prelude.of(run.snapshot(), null).stream().map(AguiEvent::typeName).toList();

    assertEquals(
        List.of("RUN_STARTED", "MESSAGES_SNAPSHOT", "STATE_SNAPSHOT", "TEXT_MESSAGE_START"),
        prelude);
    assertEquals("half", run.snapshot().json().at("/messages/1/content").asText());
  }

  @Test
  void whatARunLeftOpenCanBeClosedAndTheRunFinished() {
    for (int seed = 0; seed < 200; seed++) {
      Transcript run = fresh();
      List<AguiEvent> events = events(seed);
      events
          .subList(0, new Random(seed).nextInt(events.size() - 1) + 1)
          .forEach(
              event -> {
                if (run.end() == null) {
                  run.accept(event, 1);
                }
              });
      if (run.end() != null) {
        continue;
      }
      run.closing("lost").forEach(event -> run.accept(event, 2));
      accept(
          run,
          "{'type':'RUN_FINISHED','threadId':'t1','runId':'r1','outcome':{'type':'cancelled'}}");

      assertEquals(Grammar.Phase.FINISHED, run.phase());
    }
  }

  @Test
  void aRefusedEventChangesNothing() {
    int refused = 0;
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      List<AguiEvent> events = events(seed);
      List<AguiEvent> others = events(seed + 1_000);
      Transcript run = fresh();
      for (AguiEvent event : events) {
        AguiEvent strange = others.get(random.nextInt(others.size()));
        JsonNode before = run.snapshot().json();
        try {
          Transcript.of(run.snapshot(), LIMIT).accept(strange, 1);
        } catch (HoldfastException e) {
          refused++;
          assertThrows(HoldfastException.class, () -> run.accept(strange, 1));
          assertEquals(before, run.snapshot().json(), "seed " + seed + " " + strange);
        }
        run.accept(event, 1);
      }
    }
    assertTrue(refused > 200, "too few refused: " + refused);
  }

  @Test
  void nothingComesAfterTheEnd() {
    Transcript run = fresh();
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    accept(run, "{'type':'RUN_FINISHED','threadId':'t1','runId':'r1'}");

    refused(run, "{'type':'RUN_ERROR','message':'late'}", "RUN_ERROR after the run's end");
    refused(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}", "after the run's end");
    refused(run, "{'type':'VIDEO_START'}", "VIDEO_START after the run's end");
  }

  @Test
  void anotherRunsEventsAreRefused() {
    Transcript run = fresh();

    refused(run, "{'type':'RUN_STARTED','threadId':'t2','runId':'r1'}", "another thread or run");
  }

  @Test
  void aPatchThatDoesNotFitIsRefusedWithItsPath() {
    Transcript run = fresh();
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");

    refused(
        run,
        "{'type':'STATE_DELTA','delta':[{'op':'remove','path':'/nowhere'}]}",
        "STATE_DELTA delta/0: /nowhere: nothing there");
  }

  @Test
  void anActivityStaysAnObject() {
    // Else a snapshot of it could not be read again.
    Transcript run = fresh();
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    accept(
        run, "{'type':'ACTIVITY_SNAPSHOT','messageId':'a','activityType':'PLAN','content':{}}");

    refused(
        run,
        "{'type':'ACTIVITY_DELTA','messageId':'a','activityType':'PLAN',"
            + "'patch':[{'op':'add','path':'','value':7}]}",
        "stays an object");
  }

  @Test
  void whatARunKeepsIsBounded() {
    Transcript run =
        new Transcript(RandomRun.THREAD, RandomRun.RUN, List.of(), Json.object(), 5_000);
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    accept(run, "{'type':'TEXT_MESSAGE_START','messageId':'m'}");
    String delta =
        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'" + "x".repeat(1_000) + "'}";
    for (int i = 0; i < 4; i++) {
      accept(run, delta);
    }
    var refused = assertThrows(HoldfastException.class, () -> accept(run, delta));

    assertEquals(ErrorCode.TOO_LARGE, refused.code());
    assertEquals(4_000, run.snapshot().json().at("/messages/0/content").asText().length());
  }

  @Test
  void theWeightThatIsKeptTrackOfIsTheWeightThatThereIs() {
    for (int seed = 0; seed < 200; seed++) {
      Transcript run = fresh();
      events(seed).forEach(event -> run.accept(event, 1));
      Snapshot snapshot = run.snapshot();
      long there = Json.weight(snapshot.json().get("messages")) + Json.weight(snapshot.state());
      for (AguiEvent event : snapshot.subagents()) {
        there += Json.weight(EventWriter.tree(event));
      }

      assertEquals(there, run.weight(), 0.02 * there + 20, "seed " + seed);
    }
  }

  @Test
  void aLongTextIsFoldedInTimeInProportionToItsLength() {
    Transcript run =
        new Transcript(RandomRun.THREAD, RandomRun.RUN, List.of(), Json.object(), 1 << 24);
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    accept(run, "{'type':'TEXT_MESSAGE_START','messageId':'m'}");
    AguiEvent delta = event("{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'token '}");
    for (int i = 0; i < 200_000; i++) {
      run.accept(delta, 1);
    }

    assertEquals(1_200_000, run.snapshot().json().at("/messages/0/content").asText().length());
  }

  private static List<AguiEvent> events(long seed) {
    return RandomRun.events(seed, 120).stream().map(EventReader::read).toList();
  }

  private static void refused(Transcript run, String json, String message) {
    var refused = assertThrows(HoldfastException.class, () -> accept(run, json));
    assertEquals(ErrorCode.BAD_REQUEST, refused.code());
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  private static void accept(Transcript run, String json) {
    run.accept(event(json), 1);
  }

  private static AguiEvent event(String json) {
    return EventReader.read(json.replace('\'', '"'));
  }

  private static JsonNode json(String text) {
    return Json.parse(text.replace('\'', '"'));
  }
}
