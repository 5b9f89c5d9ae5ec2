package dev.holdfast.agui.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.RandomRun;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
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
    for (int seed = 0; seed < 100; seed++) {
      List<AguiEvent> events = events(seed);
      Transcript all = fresh();
      events.forEach(event -> all.accept(event, 1));
      int cut = new Random(seed).nextInt(events.size());
      Transcript first = fresh();
      events.subList(0, cut).forEach(event -> first.accept(event, 1));
      Snapshot sent = new Snapshot((ObjectNode) Json.parse(Json.text(first.snapshot().json())));
      Transcript second = Transcript.of(sent, LIMIT);
      assertEquals(Json.text(sent.json()), Json.text(second.snapshot().json()), "seed " + seed);
      events.subList(cut, events.size()).forEach(event -> second.accept(event, 1));

      assertEquals(all.snapshot(), second.snapshot(), "seed " + seed);
    }
  }

  @Test
  void aPreludeAndTheRestAreAllowedAndAddUpToAll() {
    for (int seed = 0; seed < 100; seed++) {
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
    for (int seed = 0; seed < 100; seed++) {
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
    for (int seed = 0; seed < 20; seed++) {
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
    assertTrue(refused > 100, "too few refused: " + refused);
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
    accept(run, "{'type':'ACTIVITY_SNAPSHOT','messageId':'a','activityType':'PLAN','content':{}}");

    refused(
        run,
        "{'type':'ACTIVITY_DELTA','messageId':'a','activityType':'PLAN',"
            + "'patch':[{'op':'add','path':'','value':7}]}",
        "stays an object");
  }

  @Test
  void whatARunKeepsIsBounded() {
    Transcript run = small();
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
  void whatIsOpenOrOnceWasIsBoundedToo() {
    // Steps, spans of reasoning and ids of messages that are gone are kept, but are no messages.
    for (String event :
        List.of(
            "{'type':'STEP_STARTED','stepName':'%d'}",
            "{'type':'REASONING_START','messageId':'%d'}",
            "{'type':'SUBAGENT_STARTED','subagentRunId':'%d','name':'scout'}",
            "{'type':'MESSAGES_SNAPSHOT','messages':[{'id':'%d','role':'user','content':''}]}")) {
      Transcript run = small();
      int before = taken(run, event);

      assertTrue(before > 5 && before < 500, event + " " + before);
      assertTrue(Json.text(run.snapshot().json()).length() < 6_000, event);
      run.closing("cancelled").forEach(end -> run.accept(end, 1));
      accept(run, "{'type':'RUN_FINISHED','threadId':'t1','runId':'r1'}");
    }
  }

  /** How many of such events there is room for. */
  private static int taken(Transcript run, String event) {
    for (int i = 0; i < 1_000; i++) {
      try {
        accept(run, event.formatted(i));
      } catch (HoldfastException full) {
        assertEquals(ErrorCode.TOO_LARGE, full.code());
        return i;
      }
    }
    return 1_000;
  }

  @Test
  void aSnapshotOfTheMessagesLeavesRoomForWhatItDoesNotReplace() {
    // Reasoning stays beside it, so its room can't be given to the new messages.
    Transcript run = small();
    accept(run, "{'type':'REASONING_MESSAGE_START','messageId':'m','role':'reasoning'}");
    String half = "x".repeat(3_000);
    accept(run, "{'type':'REASONING_MESSAGE_CONTENT','messageId':'m','delta':'" + half + "'}");
    String message = "{'id':'u','role':'user','content':'" + half + "'}";
    var refused =
        assertThrows(
            HoldfastException.class,
            () -> accept(run, "{'type':'MESSAGES_SNAPSHOT','messages':[" + message + "]}"));

    assertEquals(ErrorCode.TOO_LARGE, refused.code());
  }

  @Test
  void whatPatchesBuildLevelByLevelCanBeReadAgain() {
    // A deeper state could not be parsed any more, nor compared without a large stack.
    Transcript run = fresh();
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < Json.MAX_DEPTH - 1; i++) {
      path.append("/a");
      accept(run, add(path));
    }
    refused(run, add(path.append("/a")), "nested more than");
    refused(
        run,
        "{'type':'STATE_DELTA','delta':[{'op':'copy','from':'','path':'/a/b'}]}",
        "nested more than");
    Snapshot sent = new Snapshot((ObjectNode) Json.parse(Json.text(run.snapshot().json())));

    assertEquals(run.snapshot(), Transcript.of(sent, LIMIT).snapshot());
  }

  private static String add(CharSequence path) {
    return "{'type':'STATE_DELTA','delta':[{'op':'add','path':'" + path + "','value':{}}]}";
  }

  @Test
  void theDeepestEventsMakeASnapshotThatCanBeReadAgain() {
    String deep = "[".repeat(Json.MAX_DEPTH - 2) + "]".repeat(Json.MAX_DEPTH - 2);
    Transcript run = fresh();
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    accept(run, "{'type':'SUBAGENT_STARTED','subagentRunId':'s','name':'n'}");
    accept(run, "{'type':'SUBAGENT_FINISHED','subagentRunId':'s','result':[" + deep + "]}");
    run.expand(event("{'type':'TEXT_MESSAGE_CHUNK','messageId':'m','metadata':{'a':" + deep + "}}"))
        .forEach(each -> run.accept(each, 1));

    Json.parse(Json.text(run.snapshot().json()));
  }

  @Test
  void aSnapshotOfALaterVersionIsNotTaken() {
    Snapshot snapshot = fresh().snapshot();
    Snapshot later = new Snapshot(snapshot.json().deepCopy().put("version", 2));

    assertThrows(HoldfastException.class, () -> Transcript.of(later, LIMIT));
  }

  private static Transcript small() {
    Transcript run =
        new Transcript(RandomRun.THREAD, RandomRun.RUN, List.of(), Json.object(), 5_000);
    accept(run, "{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    return run;
  }

  @Test
  void theWeightThatIsKeptTrackOfIsTheWeightThatThereIs() {
    for (int seed = 0; seed < 100; seed++) {
      Transcript run = fresh();
      events(seed).forEach(event -> run.accept(event, 1));
      Snapshot snapshot = run.snapshot();
      long there = Json.weight(snapshot.json());
      for (Construct open : snapshot.open()) {
        there += open.kind() == Construct.Kind.SUBAGENT ? 500 : 0; // room for its end
      }

      assertEquals(there, run.weight(), 0.05 * there + 300, "seed " + seed);
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
